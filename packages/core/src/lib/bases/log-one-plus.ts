import {
  add,
  customGrad,
  div,
  equal,
  type GradSaveFunc,
  log,
  mul,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';

/**
 * log(1 + t) for t > −1, exact to float32 for small t too, where tfjs's own `log1p` gives log of the rounded sum on WASM (Kahan's
 * correction: Goldberg 1991, "What every computer scientist should know about floating-point arithmetic", th. 4).
 */
export const logOnePlus: (t: Tensor) => Tensor = (t) =>
  customGrad((given, save) => {
    const own = given as Tensor;
    (save as GradSaveFunc)([own]);
    const rounded = add(own, 1);
    return {
      value: where(equal(rounded, 1), own, mul(log(rounded), div(own, sub(rounded, 1)))),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => div(dy, add(saved as Tensor, 1)),
    };
  })(t);
