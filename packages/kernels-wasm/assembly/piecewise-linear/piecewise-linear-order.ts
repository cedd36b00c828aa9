import { entry, orderedKey, sort, sortBytes } from '../memory/sort';

// A rectified dense layer of one number x: unit u is shut up to its kink −bias/weight and a line from there on, upwards where
// its weight is above zero, downwards where it is below. With the rows in the order of x, the rows in which a unit is open
// are all those from some place on, counted from the side where it is shut.

/**
 * The order of such a layer takes so many bytes: as u32 how many units open upwards and the rows by ascending x; then the
 * units, sixteen bytes each, those that open upwards first, each kind in the order in which it is met.
 */
export function piecewiseLinearOrderBytes(rows: usize, units: usize): usize {
  return 4 * (1 + rows) + unitBytes * units;
}

/** What stands for a unit: which it is, in how many rows it is shut, its weight and its bias. */
export const unitBytes: usize = 16;
export const shutAt: usize = 4;
export const weightAt: usize = 8;
export const biasAt: usize = 12;

export function opensUpwards(order: usize): usize {
  return <usize>load<u32>(order);
}

export function rowsOf(order: usize): usize {
  return order + 4;
}

export function unitsOf(order: usize, rows: usize): usize {
  return order + 4 * (1 + rows);
}

/** How many bytes of scratch `piecewiseLinearOrder` takes. */
export function piecewiseLinearOrderScratch(rows: usize, units: usize): usize {
  return 8 * (rows + units + max(rows, units)) + sortBytes;
}

/** Finds the order of rows x and units, and writes it. */
export function piecewiseLinearOrder(
  x: usize,
  rows: usize,
  weight: usize,
  bias: usize,
  units: usize,
  order: usize,
  scratch: usize,
): void {
  const rowEntries = scratch;
  const unitEntries = rowEntries + 8 * rows;
  const spare = unitEntries + 8 * units;
  const counts = spare + 8 * max(rows, units);

  for (let i: usize = 0; i < rows; i++) store<u64>(rowEntries + 8 * i, entry(orderedKey(load<f32>(x + 4 * i)), i));
  sort(rowEntries, rows, spare, counts);
  for (let i: usize = 0; i < rows; i++) store<u32>(rowsOf(order) + 4 * i, <u32>load<u64>(rowEntries + 8 * i));

  let upwards: usize = 0;
  let downwards: usize = 0;
  for (let u: usize = 0; u < units; u++) {
    const slope = load<f32>(weight + 4 * u);
    const key = orderedKey(opening(slope, load<f32>(bias + 4 * u)));
    const place = slope < 0 ? units - ++downwards : upwards++;
    store<u64>(unitEntries + 8 * place, entry(key, u));
  }
  store<u32>(order, <u32>upwards);
  sort(unitEntries, upwards, spare, counts);
  sort(unitEntries + 8 * upwards, downwards, spare, counts);

  let to = unitsOf(order, rows);
  for (let k: usize = 0, passed: usize = 0; k < units; k++) {
    if (k == upwards) passed = 0;
    const found = load<u64>(unitEntries + 8 * k);
    const kink = <u32>(found >> 32);
    while (passed < rows && met(rowEntries, rows, passed, k < upwards) <= kink) passed++;
    const unit = <u32>found;
    store<u32>(to, unit);
    store<u32>(to + shutAt, <u32>passed);
    store<f32>(to + weightAt, load<f32>(weight + 4 * <usize>unit));
    store<f32>(to + biasAt, load<f32>(bias + 4 * <usize>unit));
    to += unitBytes;
  }
}

/** Where a unit opens on the way that it opens: −bias/weight, or its mirror image. Without a slope, everywhere or nowhere. */
function opening(slope: f32, bias: f32): f32 {
  if (slope == 0) return bias <= 0 ? Infinity : -Infinity;
  const kink = slope < 0 ? bias / slope : -bias / slope;
  // What is not a number must reach every row; comparisons with it are false.
  if (kink >= -Infinity) return kink;
  return -Infinity;
}

/** The key of the row that is met as number `passed`; downwards it is the mirror image's. */
function met(rowEntries: usize, rows: usize, passed: usize, upwards: bool): u32 {
  if (upwards) return load<u32>(rowEntries + 8 * passed, 4);
  return ~load<u32>(rowEntries + 8 * (rows - 1 - passed), 4);
}
