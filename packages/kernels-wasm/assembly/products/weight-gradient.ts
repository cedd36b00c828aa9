import { linear } from '../layers/activation';
import { transpose } from '../simd/transpose';
import { product, productScratch } from './product';
import { maxSkinny } from './skinny-product';

/** Rows of the transposed matrix are not a power of two apart, which would put them all into a few lines of the cache. */
export function transposedStep(rows: usize): usize {
  return 4 * (rows + 16);
}

/** Whether zeros of h are skipped. */
export function skips(inputs: usize, outputs: usize, skipZeros: bool): bool {
  return skipZeros && inputs > maxSkinny && outputs >= 32;
}

/** How many bytes of scratch `weightGradient` takes. */
export function weightGradientScratch(rows: usize, inputs: usize, outputs: usize, skipZeros: bool): usize {
  const transposes = skips(inputs, outputs, skipZeros);
  const transposed: usize = transposes ? inputs * transposedStep(rows) : 0;
  return transposed + productScratch(inputs, rows, outputs, transposes);
}

/**
 * dW = hᵀ·dz, [inputs, outputs], from what entered a dense layer, h [rows, inputs], and dz [rows, outputs].
 *
 * @param skipZeros whether h may have many zeros
 */
export function weightGradient(
  h: usize,
  dz: usize,
  rows: usize,
  inputs: usize,
  outputs: usize,
  skipZeros: bool,
  dW: usize,
  scratch: usize,
): void {
  const dzStep: usize = 4 * outputs;
  if (skips(inputs, outputs, skipZeros)) {
    const step = transposedStep(rows);
    const rest = scratch + inputs * step;
    transpose(h, 4 * inputs, rows, inputs, scratch, step);
    product(scratch, step, 4, dz, dzStep, 4, 0, dW, inputs, rows, outputs, linear, 0, true, rest);
  } else {
    product(h, 4, 4 * inputs, dz, dzStep, 4, 0, dW, inputs, rows, outputs, linear, 0, false, scratch);
  }
}
