import type { JobRequest, Range, Trial } from '@diffeo/cluster';
import { fold, type Seed } from '@diffeo/core';
import type { TrainingData } from '../data/training-data.ts';
import { flowNamed } from '../train/flows.ts';

/** What is searched where nobody says otherwise: around what train takes by itself. */
export const spaceOf = (flows: readonly string[]): Readonly<Record<string, Range>> => ({
  flow: { choices: flows },
  learningRate: { from: 3e-4, to: 1e-2, log: true },
  layers: { from: 2, to: 10, whole: true },
  hidden: { choices: ['32', '64', '128', '32,32', '64,64', '128,128'] },
  activation: { choices: ['relu', 'tanh'] },
  batchSize: { choices: [64, 128, 256, 512] },
});

/** The flow that settings describe, for these data, and how it is trained. */
export function trialFor(
  settings: JobRequest,
  { preprocessing, defaults, train, truth }: TrainingData,
  seed: Seed,
): Trial {
  const { flow, learningRate, layers, hidden, activation, batchSize } = settings as {
    readonly flow: string;
    readonly learningRate: number;
    readonly layers: number;
    readonly hidden: string;
    readonly activation: 'relu' | 'tanh';
    readonly batchSize: number;
  };
  const { residual, bound, outputScale, levels } = defaults;
  const kind = flowNamed(flow);
  const { bins, biasScale } = { ...defaults, ...(truth && kind.toy) };
  const own = kind.layers({
    ...{ layers, hidden: hidden.split(',').map(Number), activation, residual, bound, outputScale, levels },
    ...{ bins, biasScale },
  });
  return {
    settings,
    spec: { eventShape: train.eventShape, layers: [...preprocessing.layers, ...own] },
    fit: { learningRate, batchSize: Math.min(batchSize, train.count), seed: fold(seed, 'fit') },
  };
}
