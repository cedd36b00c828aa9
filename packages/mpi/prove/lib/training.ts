/** What the processes of the proof train. */
import { flow, leaves, normal } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import type { Fitted } from '@diffeo/trainer';
import type { Tensor } from '@tensorflow/tfjs-core';

export const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 4, hidden: [32, 32] })] });

export const rows = (seed: number): Tensor => normal([900, 2], seed) as Tensor;

// A batch that no number of workers divides.
export const training = { steps: 60, batchSize: 101, clipNorm: 0.5, validation: 0 };

/** All parameters, one after the other. */
export const bitsOf = ({ params }: Pick<Fitted, 'params'>): number[] =>
  leaves(model.layout, params).flatMap(({ tensor }) => [...(tensor as Tensor).dataSync()]);
