import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { type Shape, sizeOf } from '../contract/shape.ts';

/** `[batch, ...shape]` as `[batch, size]`. */
export const flatten = (x: Tensor, shape: Shape): Tensor => reshape(x, [x.shape[0] as number, sizeOf(shape)]);

/** `[batch, size]` as `[batch, ...shape]`. */
export const unflatten = (x: Tensor, shape: Shape): Tensor => reshape(x, [x.shape[0] as number, ...shape]);

/** log √(2π) */
export const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);
