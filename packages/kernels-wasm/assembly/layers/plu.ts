import { exp, tanh } from '../simd/vector-math';

// W = P·L·(U + diag(sign·exp(s))) with s = bound·tanh(a / bound), from factors that hold L below the diagonal, U above it and
// a on it, and W⁻¹. Rows of L·U go where the permutation says. In float64 and one number at a time: these are a few rows, and
// rounding the result once is what keeps round trips exact.

/** Bytes of a square matrix in float64. */
function square(size: usize): usize {
  return 8 * size * size;
}

/** s of one diagonal element. */
function logScaleOf(a: f32, bound: f32): f32 {
  const c = f32x4.splat(bound);
  return f32x4.extract_lane(f32x4.mul(c, tanh(f32x4.mul(f32x4.splat(1 / bound), f32x4.splat(a)))), 0);
}

/** L and U in one matrix, in float64; returns Σ s. */
function expand(factors: usize, sign: usize, size: usize, bound: f32, lu: usize): f64 {
  let total: f64 = 0;
  for (let k: usize = 0; k < size * size; k++) store<f64>(lu + 8 * k, <f64>load<f32>(factors + 4 * k));
  for (let i: usize = 0; i < size; i++) {
    const at = i * (size + 1);
    const s = logScaleOf(load<f32>(factors + 4 * at), bound);
    total += <f64>s;
    const scale = f32x4.extract_lane(exp(f32x4.splat(s)), 0);
    store<f64>(lu + 8 * at, <f64>(load<f32>(sign + 4 * i) * scale));
  }
  return total;
}

/** to(j) += factor·from(j) for columns from `first` on. */
function addRow(factor: f64, from: usize, to: usize, first: usize, size: usize): void {
  for (let at: usize = 8 * first; at < 8 * size; at += 8) {
    store<f64>(to + at, load<f64>(to + at) + factor * load<f64>(from + at));
  }
}

/** How many bytes of scratch `plu` takes. */
export function pluScratch(size: usize): usize {
  return 2 * square(size);
}

/**
 * Writes W, or W⁻¹, and the log-determinant of what it wrote.
 *
 * @param permutation u32 [size]; a row that it sends nowhere is left out
 */
export function plu(
  permutation: usize,
  sign: usize,
  factors: usize,
  size: usize,
  bound: f32,
  inverted: bool,
  matrix: usize,
  logDet: usize,
  scratch: usize,
): void {
  const lu = scratch;
  const x = scratch + square(size);
  const line: usize = 8 * size;
  const total = expand(factors, sign, size, bound, lu);
  store<f32>(logDet, <f32>(inverted ? -total : total));
  memory.fill(x, 0, square(size));
  memory.fill(matrix, 0, 4 * size * size);
  if (inverted) invert(lu, size, x);
  else multiply(lu, size, x);
  for (let i: usize = 0; i < size; i++) {
    const place = <usize>load<u32>(permutation + 4 * i);
    if (place >= size) continue;
    for (let j: usize = 0; j < size; j++) {
      const value = <f32>load<f64>(inverted ? x + j * line + 8 * i : x + i * line + 8 * j);
      store<f32>(matrix + 4 * (inverted ? j * size + place : place * size + j), value);
    }
  }
}

/** x = L·U, after zeros. */
function multiply(lu: usize, size: usize, x: usize): void {
  const line: usize = 8 * size;
  for (let i: usize = 0; i < size; i++) {
    const row = x + i * line;
    for (let k: usize = 0; k < i; k++) addRow(load<f64>(lu + i * line + 8 * k), lu + k * line, row, k, size);
    addRow(1, lu + i * line, row, i, size);
  }
}

/** x = U⁻¹·L⁻¹, after zeros: what L is undone with from above, and then U from below. */
function invert(lu: usize, size: usize, x: usize): void {
  const line: usize = 8 * size;
  for (let i: usize = 0; i < size; i++) {
    const row = x + i * line;
    store<f64>(row + 8 * i, 1);
    for (let k: usize = 0; k < i; k++) addRow(-load<f64>(lu + i * line + 8 * k), x + k * line, row, 0, k + 1);
  }
  for (let i = size; i-- > 0; ) {
    const row = x + i * line;
    for (let k = i + 1; k < size; k++) addRow(-load<f64>(lu + i * line + 8 * k), x + k * line, row, 0, size);
    const pivot = load<f64>(lu + i * line + 8 * i);
    for (let at = row; at < row + line; at += 8) store<f64>(at, load<f64>(at) / pivot);
  }
}

/** How many bytes of scratch `pluGradient` takes. */
export function pluGradientScratch(size: usize): usize {
  return 3 * square(size) + 8 * size;
}

/**
 * The gradient of {@link plu} in the factors.
 *
 * @param dMatrix of what it wrote, W or W⁻¹
 * @param inverse W⁻¹ where it wrote that, else 0
 */
export function pluGradient(
  dMatrix: usize,
  dLogDet: usize,
  permutation: usize,
  sign: usize,
  factors: usize,
  inverse: usize,
  size: usize,
  bound: f32,
  dFactors: usize,
  scratch: usize,
): void {
  const line: usize = 8 * size;
  const lu = scratch;
  const g = lu + square(size);
  const t = g + square(size);
  const sums = t + square(size);
  expand(factors, sign, size, bound, lu);
  if (inverse) throughInverse(inverse, dMatrix, size, g, t);
  else for (let k: usize = 0; k < size * size; k++) store<f64>(t + 8 * k, <f64>load<f32>(dMatrix + 4 * k));
  // The gradient of L·U: rows of dW from where the permutation put them.
  memory.fill(g, 0, square(size));
  for (let i: usize = 0; i < size; i++) {
    const place = <usize>load<u32>(permutation + 4 * i);
    if (place < size) memory.copy(g + i * line, t + place * line, line);
  }
  const ofLogDet = <f64>load<f32>(dLogDet) * (inverse ? -1 : 1);
  for (let k: usize = 0; k < size; k++) {
    // Row k of U, from k on: Σ_i L(i, k)·G(i).
    memory.copy(sums, g + k * line, line);
    for (let i = k + 1; i < size; i++) addRow(load<f64>(lu + i * line + 8 * k), g + i * line, sums, k, size);
    const at = k * size + k;
    const u = load<f64>(lu + 8 * at);
    const share = <f64>(logScaleOf(load<f32>(factors + 4 * at), bound) / bound);
    store<f32>(dFactors + 4 * at, <f32>((load<f64>(sums + 8 * k) * u + ofLogDet) * (1 - share * share)));
    for (let j = k + 1; j < size; j++) store<f32>(dFactors + 4 * (k * size + j), <f32>load<f64>(sums + 8 * j));
    // Column k of L, below k: Σ_j G(i, j)·U(k, j).
    for (let i = k + 1; i < size; i++) {
      let sum: f64 = 0;
      for (let j: usize = 8 * k; j < line; j += 8) sum += load<f64>(g + i * line + j) * load<f64>(lu + k * line + j);
      store<f32>(dFactors + 4 * (i * size + k), <f32>sum);
    }
  }
}

/** dW = −Xᵀ·dX·Xᵀ from X = W⁻¹ and dX, both f32, by way of `work` = dX·Xᵀ. */
function throughInverse(inverse: usize, dInverse: usize, size: usize, work: usize, dW: usize): void {
  const line: usize = 8 * size;
  for (let i: usize = 0; i < size; i++) {
    for (let j: usize = 0; j < size; j++) {
      let sum: f64 = 0;
      for (let k: usize = 0; k < 4 * size; k += 4) {
        sum += <f64>load<f32>(dInverse + 4 * i * size + k) * <f64>load<f32>(inverse + 4 * j * size + k);
      }
      store<f64>(work + i * line + 8 * j, sum);
    }
  }
  memory.fill(dW, 0, square(size));
  for (let i: usize = 0; i < size; i++) {
    for (let r: usize = 0; r < size; r++) {
      addRow(-(<f64>load<f32>(inverse + 4 * (i * size + r))), work + i * line, dW + r * line, 0, size);
    }
  }
}
