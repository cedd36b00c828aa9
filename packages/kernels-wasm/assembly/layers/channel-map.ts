import { exp } from '../simd/vector-math';
import { addOuterProducts, channelProduct, channelProductScratch, padded, putShifted } from './channel-product';

// Affine maps of every row of [rows, channels]. With scales e = exp(±logScale), shifts s and a matrix W:
//   inverse (−): W·((x − s)·e);  forward (+): (W·x)·e + s.
// Both are one product with M(k, j) = W(j, k)·e(k) or W(j, k)·e(j), [count, padded(count)].

/** Rows that stay in the first-level cache; sums are taken of so many first, which keeps them exact. */
const block: usize = 64;

/** scales = e^(sign·logScale), ones without; [padded(count)]. */
function putScales(logScale: usize, count: usize, sign: f32, scales: usize): void {
  const line: usize = 4 * padded(count);
  memory.fill(scales, 0, line);
  if (logScale) memory.copy(scales, logScale, 4 * count);
  for (let at: usize = 0; at < line; at += 16) {
    v128.store(scales + at, exp(f32x4.mul(f32x4.splat(sign), v128.load(scales + at))));
  }
}

/** M, or its transpose. */
function putMatrix(matrix: usize, scales: usize, count: usize, forward: bool, transposed: bool, m: usize): void {
  const line: usize = 4 * padded(count);
  memory.fill(m, 0, count * line);
  for (let j: usize = 0; j < count; j++) {
    for (let k: usize = 0; k < count; k++) {
      const value = load<f32>(matrix + 4 * (j * count + k)) * load<f32>(scales + 4 * (forward ? j : k));
      store<f32>(m + (transposed ? j * line + 4 * k : k * line + 4 * j), value);
    }
  }
}

/** How many bytes of scratch `channelMap` takes. */
export function channelMapScratch(count: usize): usize {
  const line: usize = 4 * padded(count);
  return (count + 2) * line + channelProductScratch(count);
}

/**
 * @param shift [count], and 0 with `logScale` where there are none
 * @param matrix [count, count]
 */
export function channelMap(
  x: usize,
  rows: usize,
  count: usize,
  shift: usize,
  logScale: usize,
  matrix: usize,
  forward: bool,
  out: usize,
  scratch: usize,
): void {
  const line: usize = 4 * padded(count);
  const scales = scratch;
  const start = scales + line;
  const m = start + line;
  const rest = m + count * line;
  putScales(logScale, count, forward ? 1 : -1, scales);
  putMatrix(matrix, scales, count, forward, false, m);
  const added = forward && shift;
  if (added) {
    memory.fill(start, 0, line);
    memory.copy(start, shift, 4 * count);
  }
  channelProduct(x, rows, count, forward ? 0 : shift, m, added ? start : 0, out, rest);
}

/** How many bytes of scratch `channelMapGradient` takes. */
export function channelMapGradientScratch(count: usize): usize {
  const line: usize = 4 * padded(count);
  const matrices: usize = (2 * count + 2) * line;
  const copies: usize = block * (4 * (count + 1) + line);
  return matrices + copies + channelProductScratch(count);
}

/**
 * @param x what was mapped
 * @param dShift and `dLogScale`: 0 where there are none
 * @param dMatrix of W, [count, count]
 */
export function channelMapGradient(
  dValue: usize,
  x: usize,
  rows: usize,
  count: usize,
  shift: usize,
  logScale: usize,
  matrix: usize,
  forward: bool,
  dx: usize,
  dShift: usize,
  dLogScale: usize,
  dMatrix: usize,
  scratch: usize,
): void {
  const step: usize = 4 * count;
  const width = padded(count);
  const line: usize = 4 * width;
  const scales = scratch;
  const back = scales + line;
  // The gradient of M, and below it the sums of the columns of dValue.
  const dM = back + count * line;
  const entered = dM + (count + 1) * line;
  const enteredStep = step + 4;
  const copied = entered + block * enteredStep;
  const rest = copied + block * line;
  putScales(logScale, count, forward ? 1 : -1, scales);
  putMatrix(matrix, scales, count, forward, true, back);
  memory.fill(dM, 0, (count + 1) * line);
  memory.fill(copied, 0, block * line);
  for (let i: usize = 0; i < rows; i += block) {
    const height = min(block, rows - i);
    const dy = dValue + i * step;
    for (let r: usize = 0; r < height; r++) {
      const to = entered + r * enteredStep;
      putShifted(x + (i + r) * step, count, forward ? 0 : shift, to);
      store<f32>(to + step, 1);
    }
    let lines = dy;
    if (step < line) {
      lines = copied;
      for (let r: usize = 0; r < height; r++) putShifted(dy + r * step, count, 0, copied + r * line);
    }
    addOuterProducts(entered, enteredStep, lines, step < line ? line : step, height, count + 1, width, dM);
    channelProduct(dy, height, count, 0, back, 0, dx + i * step, rest);
  }
  const sums = dM + count * line;
  for (let j: usize = 0; j < count; j++) {
    for (let k: usize = 0; k < count; k++) {
      const scale = load<f32>(scales + 4 * (forward ? j : k));
      store<f32>(dMatrix + 4 * (j * count + k), load<f32>(dM + k * line + 4 * j) * scale);
    }
  }
  if (!shift) return;
  for (let c: usize = 0; c < count; c++) {
    let stretched: f64 = 0;
    let moved: f64 = 0;
    for (let k: usize = 0; k < count; k++) {
      // Row c of M where its scale stands there, else column c.
      const m = <f64>load<f32>(forward ? back + c * line + 4 * k : back + k * line + 4 * c);
      stretched += m * <f64>load<f32>(forward ? dM + k * line + 4 * c : dM + c * line + 4 * k);
      moved += m * <f64>load<f32>(sums + 4 * k);
    }
    store<f32>(dLogScale + 4 * c, <f32>(forward ? stretched : -stretched));
    store<f32>(dShift + 4 * c, forward ? load<f32>(sums + 4 * c) : <f32>-moved);
  }
}
