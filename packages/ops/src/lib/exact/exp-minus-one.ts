import { add, customGrad, exp, type GradSaveFunc, mul, type Tensor, tanh } from '@tensorflow/tfjs-core';

/** eᵘ − 1 = tanh(u/2)·(eᵘ + 1), exact to float32 for small u too, and so its slope for u far below 0. Infinite above 88. */
export const expMinusOne: (u: Tensor) => Tensor = (u) =>
  customGrad((given, save) => {
    const own = given as Tensor;
    (save as GradSaveFunc)([own]);
    return {
      value: mul(tanh(mul(own, 0.5)), add(exp(own), 1)),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, exp(saved as Tensor)),
    };
  })(u);
