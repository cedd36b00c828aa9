import { concat, cos, mul, sin, type Tensor } from '@tensorflow/tfjs-core';

/** Points of circles [−bound, bound] as their cosines and, behind them, their sines, along the last axis of `[rows, size]`: what is near across ±bound stays near. */
export const circularFeatures = (x: Tensor, bound: number): Tensor => {
  const angles = mul(x, Math.PI / bound);
  return concat([cos(angles), sin(angles)], 1);
};
