import {
  add,
  customGrad,
  div,
  equal,
  exp,
  expandDims,
  type GradSaveFunc,
  log,
  max,
  maximum,
  mul,
  sub,
  sum,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** The exponentials of the last axis, with the largest brought to 1, and that largest; all 0 where all were exp(−∞). */
function scaled(x: Tensor): { readonly largest: Tensor; readonly exponentials: Tensor } {
  const largest = max(x, -1);
  const shift = where(equal(largest, -Infinity), zerosLike(largest), largest);
  return { largest, exponentials: exp(sub(x, expandDims(shift, -1))) };
}

/**
 * log Σ exp along the last axis. Where every term is −∞ it is −∞ and its gradient 0: tfjs's own gives NaN for both.
 */
export function logSumExpOfLast(x: Tensor): Tensor {
  const run = customGrad((given, save) => {
    const own = given as Tensor;
    (save as GradSaveFunc)([own]);
    const { largest, exponentials } = scaled(own);
    return {
      // The largest of the terms is 1: only where all of them are nothing is the sum below it.
      value: add(log(maximum(sum(exponentials, -1), 1)), largest),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => {
        const { exponentials } = scaled(saved as Tensor);
        const weights = div(exponentials, expandDims(maximum(sum(exponentials, -1), 1), -1));
        return mul(expandDims(dy, -1), weights);
      },
    };
  });
  return run(x);
}
