import {
  abs,
  add,
  customGrad,
  div,
  type GradSaveFunc,
  log,
  maximum,
  minimum,
  mul,
  square,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { logOnePlus } from './log-one-plus.ts';

/**
 * log(1 + (x / scale)²), as 2·log a + log(1 + 1/a²) where a = |x| / scale is above 1: a² would be infinite from 1.8e19 on. A
 * small scale could take a itself out of float32, and its logarithm is subtracted instead.
 */
export function logOnePlusSquare(x: Tensor, scale: number): Tensor {
  // Both are a up to 1, and above it 1/a and 1/a.
  const ratioOf = (size: Tensor): Tensor => div(minimum(size, scale), maximum(size, scale));
  const run = customGrad((given, save) => {
    const own = given as Tensor;
    (save as GradSaveFunc)([own]);
    const size = abs(own);
    const beyond = maximum(size, scale);
    const growth = scale < 1 ? sub(log(beyond), Math.log(scale)) : log(div(beyond, scale));
    return {
      value: add(mul(growth, 2), logOnePlus(square(ratioOf(size)))),
      // 2x / (scale² + x²), in which nothing is squared but the ratio.
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => {
        const t = saved as Tensor;
        const beyond = maximum(abs(t), scale);
        const ratio = div(div(t, beyond), beyond);
        return mul(dy, div(mul(ratio, 2), add(square(ratioOf(abs(t))), 1)));
      },
    };
  });
  return run(x);
}
