import { DiffeoError, fold, type Seed } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { disposeDataset, rowsOf, sliceRows } from '../data/tensor-dataset.ts';
import type { Objective } from '../training/loss.ts';
import type { TrainingData } from './training-data.ts';
import type { Validation } from './validation.ts';

/**
 * The validation of a loss: its mean over the rows to validate on, or where it needs none, over as many that it draws, by the
 * same seeds each time. What changes from step to step is as it is at the end.
 */
export function lossValidation(
  objective: Objective,
  { validation, validationSteps, batchSize }: TrainingData,
  { seed, steps }: { readonly seed: Seed; readonly steps: number },
): Validation {
  const rows = validation ? rowsOf(validation.dataset) : validationSteps.rows;

  async function lossOf(params: Parameters<Validation['loss']>[0], begin: number, count: number): Promise<number> {
    const noise = fold(seed, `validation noise ${begin}`);
    const batch = validation && sliceRows(validation.dataset, begin, count);
    const value = tidied(() => {
      const inputs = { ...batch };
      const drawn = objective.draw?.({ params, rows: count, seed: noise, inputs, step: steps, steps }) ?? {};
      const call = { seed: fold(noise, 'loss'), noise, training: false };
      return objective.value(params, { ...inputs, ...drawn }, call);
    });
    try {
      return (await value.data())[0] as number;
    } finally {
      value.dispose();
      if (batch) disposeDataset(batch);
    }
  }

  return {
    rows,
    loss: async (params) => {
      if (rows === 0) return null;
      let sum = 0;
      for (let begin = 0; begin < rows; begin += batchSize) {
        const count = Math.min(batchSize, rows - begin);
        sum += count * (await lossOf(params, begin, count));
      }
      if (Number.isFinite(sum)) return sum / rows;
      throw new DiffeoError('NOT_FINITE', `the loss of the ${rows} rows to validate on is ${sum / rows}`);
    },
    tryExtremes: () => Promise.resolve(),
  };
}
