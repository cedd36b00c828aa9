import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';

/** Ones strictly below the diagonal, strictly above it or on it, zeros elsewhere, `[size, size]`. */
export function triangleMask(size: number, part: 'lower' | 'upper' | 'diagonal'): Tensor {
  const values = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    const [from, to] = part === 'lower' ? [0, row] : part === 'upper' ? [row + 1, size] : [row, row + 1];
    values.fill(1, row * size + from, row * size + to);
  }
  return tensor2d(values, [size, size]);
}
