import { copyRows } from '../memory/pack';
import { fma } from '../simd/fma';
import { biasAt, opensUpwards, rowsOf, shutAt, unitBytes, unitsOf, weightAt } from './piecewise-linear-order';

// The gradients of `piecewiseLinear`. What dz a unit is given depends on the rows in which it is open alone: with
//
//   S_u = Σ_open dz_i and T_u = Σ_open x_i·dz_i,   dV_u = weight_u·T_u + bias_u·S_u,   dWeight_u = V_u·T_u,   dBias_u = V_u·S_u,
//
// and those sums change from kink to kink by the rows between. They are taken from the open side, so that they too only grow.

const panel: usize = 16;
const panelBytes: usize = 64;
/** Sums over a panel's columns stand as four numbers until all panels are done. */
const lanes: usize = 16;

/** How many bytes of scratch `piecewiseLinearGradient` takes. */
export function piecewiseLinearGradientScratch(rows: usize, units: usize): usize {
  return lanes * (rows + 2 * units) + panelBytes * (rows + 2 * units);
}

/**
 * From dz [rows, columns] the gradients of everything that `piecewiseLinear` takes but `start`, whose gradient is the sum of dz.
 *
 * @param dx [rows]
 * @param dWeight [units], and `dBias` the same
 * @param dV [units, columns]
 * @param scratch `piecewiseLinearGradientScratch` bytes
 */
export function piecewiseLinearGradient(
  x: usize,
  order: usize,
  rows: usize,
  units: usize,
  v: usize,
  columns: usize,
  dz: usize,
  dx: usize,
  dWeight: usize,
  dBias: usize,
  dV: usize,
  scratch: usize,
): void {
  const step: usize = 4 * columns;
  const dPoints = scratch;
  const dSlopes = dPoints + lanes * rows;
  const dHeights = dSlopes + lanes * units;
  const edge = dHeights + lanes * units;
  memory.fill(scratch, 0, lanes * (rows + 2 * units));
  let j: usize = 0;
  for (; j + panel <= columns; j += panel) {
    const at: usize = 4 * j;
    bothWays(x, order, rows, units, v + at, dz + at, dV + at, step, dPoints, dSlopes, dHeights);
  }
  if (j < columns) {
    const left = columns - j;
    const lines = edge;
    const dLines = lines + panelBytes * units;
    const own = dLines + panelBytes * units;
    memory.fill(edge, 0, panelBytes * (rows + 2 * units));
    copyRows(v + 4 * j, step, units, left, lines, panelBytes);
    copyRows(dz + 4 * j, step, rows, left, own, panelBytes);
    bothWays(x, order, rows, units, lines, own, dLines, panelBytes, dPoints, dSlopes, dHeights);
    copyRows(dLines, panelBytes, units, left, dV + 4 * j, step);
  }
  addLanes(dPoints, rows, dx);
  addLanes(dSlopes, units, dWeight);
  addLanes(dHeights, units, dBias);
}

/** What `piecewiseLinearGradient` does for sixteen columns; matrices have rows `step` bytes apart. */
function bothWays(
  x: usize,
  order: usize,
  rows: usize,
  units: usize,
  v: usize,
  dz: usize,
  dV: usize,
  step: usize,
  dPoints: usize,
  dSlopes: usize,
  dHeights: usize,
): void {
  const upwards = opensUpwards(order);
  const first = rowsOf(order);
  const last = first + 4 * (rows - 1);
  const downwards = units - upwards;
  const up = unitsOf(order, rows);
  const down = up + unitBytes * upwards;
  alongRows(first, 4, rows, up, upwards, v, dz, step, dPoints);
  alongRows(last, -4, rows, down, downwards, v, dz, step, dPoints);
  // The other way round: from the rows in which every unit is open.
  alongUnits(x, last, -4, rows, up, upwards, v, dz, dV, step, dSlopes, dHeights);
  alongUnits(x, first, 4, rows, down, downwards, v, dz, dV, step, dSlopes, dHeights);
}

/** Adds to each row of `dPoints` dz·Σ_open weight_u·V_u, four sums a row. */
function alongRows(
  firstRow: usize,
  rowStep: usize,
  rows: usize,
  list: usize,
  units: usize,
  v: usize,
  dz: usize,
  step: usize,
  dPoints: usize,
): void {
  if (units == 0) return;
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  // Rows in which every unit is shut add nothing.
  let passed = <usize>load<u32>(list + shutAt);
  let row = firstRow + passed * rowStep;
  let unit = list;
  for (let k: usize = 0; k < units; k++) {
    const slope = v128.load32_splat(unit + weightAt);
    const from = v + <usize>load<u32>(unit) * step;
    unit += unitBytes;
    a0 = fma(slope, v128.load(from), a0);
    a1 = fma(slope, v128.load(from, 16), a1);
    a2 = fma(slope, v128.load(from, 32), a2);
    a3 = fma(slope, v128.load(from, 48), a3);
    const end = k + 1 < units ? <usize>load<u32>(unit + shutAt) : rows;
    for (; passed < end; passed++) {
      const i = <usize>load<u32>(row);
      const own = dz + i * step;
      const to = dPoints + i * lanes;
      const low = fma(a1, v128.load(own, 16), f32x4.mul(a0, v128.load(own)));
      const high = fma(a3, v128.load(own, 48), f32x4.mul(a2, v128.load(own, 32)));
      v128.store(to, f32x4.add(v128.load(to), f32x4.add(low, high)));
      row += rowStep;
    }
  }
}

/** Writes dV, and adds to each unit of `dSlopes` and `dHeights` V·T and V·S, four sums a unit. Units come last first. */
function alongUnits(
  x: usize,
  firstRow: usize,
  rowStep: usize,
  rows: usize,
  list: usize,
  units: usize,
  v: usize,
  dz: usize,
  dV: usize,
  step: usize,
  dSlopes: usize,
  dHeights: usize,
): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  let left = rows;
  let row = firstRow;
  for (let unit = list + unitBytes * units; unit > list; ) {
    unit -= unitBytes;
    const end = <usize>load<u32>(unit + shutAt);
    for (; left > end; left--) {
      const i = <usize>load<u32>(row);
      const point = v128.load32_splat(x + 4 * i);
      const own = dz + i * step;
      let given = v128.load(own);
      s0 = f32x4.add(s0, given);
      t0 = fma(point, given, t0);
      given = v128.load(own, 16);
      s1 = f32x4.add(s1, given);
      t1 = fma(point, given, t1);
      given = v128.load(own, 32);
      s2 = f32x4.add(s2, given);
      t2 = fma(point, given, t2);
      given = v128.load(own, 48);
      s3 = f32x4.add(s3, given);
      t3 = fma(point, given, t3);
      row += rowStep;
    }
    const u = <usize>load<u32>(unit);
    const slope = v128.load32_splat(unit + weightAt);
    const height = v128.load32_splat(unit + biasAt);
    const to = dV + u * step;
    v128.store(to, fma(slope, t0, f32x4.mul(height, s0)));
    v128.store(to, fma(slope, t1, f32x4.mul(height, s1)), 16);
    v128.store(to, fma(slope, t2, f32x4.mul(height, s2)), 32);
    v128.store(to, fma(slope, t3, f32x4.mul(height, s3)), 48);
    const from = v + u * step;
    const v0 = v128.load(from);
    const v1 = v128.load(from, 16);
    const v2 = v128.load(from, 32);
    const v3 = v128.load(from, 48);
    const slopes = dSlopes + u * lanes;
    const heights = dHeights + u * lanes;
    const t = f32x4.add(fma(v1, t1, f32x4.mul(v0, t0)), fma(v3, t3, f32x4.mul(v2, t2)));
    const s = f32x4.add(fma(v1, s1, f32x4.mul(v0, s0)), fma(v3, s3, f32x4.mul(v2, s2)));
    v128.store(slopes, f32x4.add(v128.load(slopes), t));
    v128.store(heights, f32x4.add(v128.load(heights), s));
  }
}

/** sums(i) = the sum of the four numbers of row i. */
function addLanes(fours: usize, rows: usize, sums: usize): void {
  for (let i: usize = 0; i < rows; i++) {
    const four = v128.load(fours + i * lanes);
    const pairs = f32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
    store<f32>(sums + 4 * i, f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1));
  }
}
