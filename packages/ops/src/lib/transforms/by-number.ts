import { reshape, slice, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** Some of the numbers along the last axis. */
export function along(values: Tensor, begin: number, count: number): Tensor {
  const [rows, size] = values.shape as [number, number, number];
  return slice(values, [0, 0, begin], [rows, size, count]);
}

/** Raw parameters `[rows, parameters · size]` as `[rows, size, parameters]`. */
export function byNumber(raw: Tensor, parameters: number): Tensor {
  const [rows, all] = raw.shape as [number, number];
  return transpose(reshape(raw, [rows, parameters, all / parameters]), [0, 2, 1]);
}

/** The opposite of {@link byNumber}. */
export function byParameter(values: Tensor): Tensor {
  const [rows, size, parameters] = values.shape as [number, number, number];
  return reshape(transpose(values, [0, 2, 1]), [rows, parameters * size]);
}
