import { leaf } from '@diffeo/core';
import { add, mean, mul, ones, rsqrt, square, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** The parameters of a layer normalisation, `[width]` each. */
export interface LayerNormParams {
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** Keeps what is constant from being divided by 0. */
const tiny = 1e-5;

/** Layer normalisation along the last axis (Ba et al. 2016, eq. 4): each row, or position, to mean 0 and deviation 1, then a learned scale and shift. */
export const layerNorm = (width: number) => ({
  layout: { scale: leaf([width], { role: 'scale' }), shift: leaf([width], { role: 'bias' }) },
  init: (): LayerNormParams => ({ scale: ones([width]), shift: zeros([width]) }),
  apply: ({ scale, shift }: LayerNormParams, x: Tensor): Tensor => {
    const centred = sub(x, mean(x, -1, true));
    const spread = rsqrt(add(mean(square(centred), -1, true), tiny));
    return add(mul(mul(centred, spread), scale), shift);
  },
});
