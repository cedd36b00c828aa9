import { logOnePlus } from '@diffeo/core/engine';
import {
  abs,
  add,
  customGrad,
  exp,
  type GradSaveFunc,
  mul,
  neg,
  relu,
  sigmoid,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** log(1 + eˣ), exact to float32 for every x: tfjs's own loses up to four digits around −10. */
export const softPlus: (x: Tensor) => Tensor = (x) =>
  customGrad((given, save) => {
    const own = given as Tensor;
    (save as GradSaveFunc)([own]);
    return {
      value: add(relu(own), logOnePlus(exp(neg(abs(own))))),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, sigmoid(saved as Tensor)),
    };
  })(x);
