import { contaminatedNormal, fold, type Seed } from '@diffeo/core';
import type { Dataset, ToyDensity } from '@diffeo/datasets';
import { standardise } from '@diffeo/layers-elementwise';
import { flowNamed } from '../../train/flows.ts';
import { toyDefaults } from '../../train/train-defaults.ts';
import type { DataSource } from '../data-source.ts';
import { refuseImageOptions } from '../refuse-options.ts';
import type { TrainingData, TrainingDataOptions } from '../training-data.ts';

/** The points on which a toy is held out. `score` draws the same, so that its mean is the report's. */
const heldOutPoints = (toy: ToyDensity, seed: Seed, count = 100_000): Dataset =>
  toy.sample(count, fold(seed, 'held-out'));

function toyData(toy: ToyDensity, { seed, heldOut, ...options }: TrainingDataOptions): TrainingData {
  const kind = flowNamed(options.flow ?? toyDefaults.flow);
  const { rows, ...own } = kind.toy ?? { rows: 50_000 };
  const { limit = rows } = options;
  return {
    columns: ['x', 'y'].map((name) => ({ name, kind: 'real' as const })),
    train: toy.sample(limit, fold(seed, 'train')),
    validation: toy.sample(Math.min(limit, 10_000), fold(seed, 'validation')),
    heldOut: heldOutPoints(toy, seed, heldOut),
    preprocessing: { layers: [standardise()], base: () => ({ base: contaminatedNormal() }) },
    truth: toy,
    defaults: { ...toyDefaults, ...own },
  };
}

/** Points of a density that is known. */
export const toySource = (name: string, toy: ToyDensity): DataSource => ({
  name,
  isOurs: true,
  flow: toyDefaults.flow,
  train: (options) => {
    refuseImageOptions(name, options.images);
    return toyData(toy, options);
  },
  rows: (_, { seed, count, images }) => {
    refuseImageOptions(name, images);
    return { ...heldOutPoints(toy, seed, count), isDrawn: true };
  },
});
