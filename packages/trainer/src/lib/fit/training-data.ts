import { DiffeoError, type Flow, type Seed } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Dataset, disposeDataset, requireDataset, rowsOf, splitDataset, toDataset } from '../data/dataset.ts';

/**
 * Checked data to train and to validate on. `dispose` is for the tensors that were made here.
 *
 * @throws DiffeoError as `requireDataset` does; `CONFIG` for a share out of range.
 */
export async function trainingData(model: Flow, data: Dataset, validation: Dataset | Tensor | number, seed: Seed) {
  await requireDataset(model, data, 'the training data');
  if (typeof validation !== 'number') {
    const given = toDataset(validation);
    await requireDataset(model, given, 'the validation data');
    return { train: data, validation: given, dispose: () => undefined };
  }
  if (!(validation >= 0 && validation < 1)) {
    throw new DiffeoError('CONFIG', `fit: validation must be data or a share from 0 to below 1; got ${validation}`);
  }
  if (validation === 0 || rowsOf(data) < 2) return { train: data, validation: null, dispose: () => undefined };
  const { kept, splitOff } = splitDataset(data, validation, seed);
  return {
    train: kept,
    validation: splitOff,
    dispose: () => {
      disposeDataset(kept);
      disposeDataset(splitOff);
    },
  };
}
