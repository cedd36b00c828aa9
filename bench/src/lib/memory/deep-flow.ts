import { type Flow, flow, normal } from '@diffeo/core';
import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { glow } from '@diffeo/layers-glow';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A flow of any depth, and what it is differentiated at. */
export interface DeepFlow {
  readonly depths: readonly number[];
  build(depth: number): Flow;
  data(): Tensor;
}

/** Affine couplings with two hidden layers of 64, at 512 rows of 16 numbers. */
export const deepCouplings: DeepFlow = {
  depths: [8, 16, 32, 64],
  build: (layers) => flow({ eventShape: [16], layers: realNVP({ layers, hidden: [64, 64] }) }),
  data: () => normal([512, 16], 1),
};

/** Glow of two levels, width 64, at 16 images of 28×28; as many steps of flow as the depth says, half at each level. */
export const deepGlow: DeepFlow = {
  depths: [8, 64],
  build: (depth) =>
    flow({
      eventShape: [28, 28, 1],
      layers: [...glow({ coupling: imageCoupling, levels: 2, steps: depth / 2, width: 64 })],
    }),
  data: () => normal([16, 28, 28, 1], 1),
};
