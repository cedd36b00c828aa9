import { type Flow, flow, normal } from '@diffeo/core';
import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A flow of any depth, and what it is differentiated at. */
export interface DeepFlow {
  readonly depths: readonly number[];
  build(depth: number): Flow;
  data(): Tensor;
  /** How often a gradient is timed. */
  readonly repeats: number;
}

/** Affine couplings with two hidden layers of 64, at 512 rows of 16 numbers. */
export const deepCouplings: DeepFlow = {
  depths: [8, 16, 32, 64],
  build: (layers) => flow({ eventShape: [16], layers: realNVP({ layers, hidden: [64, 64] }) }),
  data: () => normal([512, 16], 1),
  repeats: 5,
};

const glowOf = (side: number, width: number, images: number, repeats: number): DeepFlow => ({
  depths: [8, 64],
  build: (depth) =>
    flow({
      eventShape: [side, side, 1],
      layers: [...glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels: 2, steps: depth / 2, width })],
    }),
  data: () => normal([images, side, side, 1], 1),
  repeats,
});

/** Glow of two levels, width 64, at 16 images of 28×28; as many steps of flow as the depth says, half at each level. */
export const deepGlow = glowOf(28, 64, 16, 5);

/** As deep and so small that it takes a moment: bytes are the same each time, and times say nothing. */
export const smallCouplings: DeepFlow = {
  depths: [8, 64],
  build: (layers) => flow({ eventShape: [16], layers: realNVP({ layers, hidden: [16, 16] }) }),
  data: () => normal([128, 16], 1),
  repeats: 1,
};

/** The same of images. */
export const smallGlow = glowOf(12, 8, 8, 1);
