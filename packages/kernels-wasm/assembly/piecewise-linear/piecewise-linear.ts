import { copyRows } from '../memory/pack';
import { fma } from '../simd/fma';
import { biasAt, opensUpwards, rowsOf, shutAt, unitBytes, unitsOf, weightAt } from './piecewise-linear-order';

// Two dense layers of which the first takes one number and is rectified: the conditioner of a coupling in two dimensions.
// Between two kinks all that enters the second layer is a line in x, so what it gives is one too,
//
//   z(x) = bias2 + Σ_open (weight_u·x + bias_u)·V_u = bias2 + x·Σ_open weight_u·V_u + Σ_open bias_u·V_u,
//
// and from kink to kink the sums change by one unit. The rows are visited in the order of x, once for the units that open
// upwards and once for those that open downwards, so that sums only ever grow and nothing is lost by taking away. That costs
// rows + units vectors, where the product costs rows · units.

/** The columns that are taken together: as many as leave their sums in registers. */
const panel: usize = 16;
const panelBytes: usize = 64;

/** How many bytes of scratch `piecewiseLinear` takes. */
export function piecewiseLinearScratch(rows: usize, units: usize): usize {
  return panelBytes * (1 + rows + units);
}

/**
 * out = rectified(x·weight + bias)·V + start, and rectified again if asked.
 *
 * @param x [rows]
 * @param order of x and the first layer (`piecewiseLinearOrder`)
 * @param v [units, columns]
 * @param start [columns]
 * @param out [rows, columns]
 * @param rectify whether what is below zero becomes zero
 * @param scratch `piecewiseLinearScratch` bytes
 */
export function piecewiseLinear(
  x: usize,
  order: usize,
  rows: usize,
  units: usize,
  v: usize,
  start: usize,
  columns: usize,
  out: usize,
  rectify: bool,
  scratch: usize,
): void {
  const step: usize = 4 * columns;
  let j: usize = 0;
  for (; j + panel <= columns; j += panel) {
    bothWays(x, order, rows, units, v + 4 * j, step, start + 4 * j, out + 4 * j, step, rectify);
  }
  if (j == columns) return;
  const begin = scratch;
  const lines = begin + panelBytes;
  const to = lines + panelBytes * units;
  memory.fill(begin, 0, panelBytes * (1 + units));
  copyRows(start + 4 * j, 0, 1, columns - j, begin, 0);
  copyRows(v + 4 * j, step, units, columns - j, lines, panelBytes);
  bothWays(x, order, rows, units, lines, panelBytes, begin, to, panelBytes, rectify);
  copyRows(to, panelBytes, rows, columns - j, out + 4 * j, step);
}

function bothWays(
  x: usize,
  order: usize,
  rows: usize,
  units: usize,
  v: usize,
  vStep: usize,
  start: usize,
  out: usize,
  outStep: usize,
  rectify: bool,
): void {
  const upwards = opensUpwards(order);
  const first = rowsOf(order);
  const last = first + 4 * (rows - 1);
  const up = unitsOf(order, rows);
  const down = up + unitBytes * upwards;
  lines(x, first, 4, rows, up, upwards, v, vStep, start, out, outStep, false);
  lines(x, last, -4, rows, down, units - upwards, v, vStep, 0, out, outStep, rectify);
}

/**
 * One way through the rows, for sixteen columns.
 *
 * @param firstRow where the first row's number stands; the next one's stands `rowStep` further
 * @param list the units that open on this way
 * @param start what each row of `out` begins with; 0 for what it holds
 */
function lines(
  x: usize,
  firstRow: usize,
  rowStep: usize,
  rows: usize,
  list: usize,
  units: usize,
  v: usize,
  vStep: usize,
  start: usize,
  out: usize,
  outStep: usize,
  rectify: bool,
): void {
  const floor = f32x4.splat(rectify ? 0 : -Infinity);
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  if (start) {
    b0 = v128.load(start);
    b1 = v128.load(start, 16);
    b2 = v128.load(start, 32);
    b3 = v128.load(start, 48);
  }
  let passed: usize = 0;
  let row = firstRow;
  let unit = list;
  for (let k: usize = 0; k <= units; k++) {
    const end = k < units ? <usize>load<u32>(unit + shutAt) : rows;
    for (; passed < end; passed++) {
      const i = <usize>load<u32>(row);
      const point = v128.load32_splat(x + 4 * i);
      const to = out + i * outStep;
      let z0 = fma(point, a0, b0);
      let z1 = fma(point, a1, b1);
      let z2 = fma(point, a2, b2);
      let z3 = fma(point, a3, b3);
      if (!start) {
        z0 = f32x4.pmax(f32x4.add(z0, v128.load(to)), floor);
        z1 = f32x4.pmax(f32x4.add(z1, v128.load(to, 16)), floor);
        z2 = f32x4.pmax(f32x4.add(z2, v128.load(to, 32)), floor);
        z3 = f32x4.pmax(f32x4.add(z3, v128.load(to, 48)), floor);
      }
      v128.store(to, z0);
      v128.store(to, z1, 16);
      v128.store(to, z2, 32);
      v128.store(to, z3, 48);
      row += rowStep;
    }
    if (k == units) return;
    const slope = v128.load32_splat(unit + weightAt);
    const height = v128.load32_splat(unit + biasAt);
    const from = v + <usize>load<u32>(unit) * vStep;
    unit += unitBytes;
    let own = v128.load(from);
    a0 = fma(slope, own, a0);
    b0 = fma(height, own, b0);
    own = v128.load(from, 16);
    a1 = fma(slope, own, a1);
    b1 = fma(height, own, b1);
    own = v128.load(from, 32);
    a2 = fma(slope, own, a2);
    b2 = fma(height, own, b2);
    own = v128.load(from, 48);
    a3 = fma(slope, own, a3);
    b3 = fma(height, own, b3);
  }
}
