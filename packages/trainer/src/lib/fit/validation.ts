import { DiffeoError, type Flow, type FlowParams, fold, isDiffeoError, type Seed, sizeOf } from '@diffeo/core';
import { describePlace, extremeRows, type NumberedRows, placeOf, type RowPlace } from '../data/row-place.ts';
import { disposeDataset, gatherRows, rowsOf, type TensorDataset } from '../data/tensor-dataset.ts';
import type { Workers } from '../executor/workers.ts';
import { meanOf } from '../scores/row-statistics.ts';
import { scoreChecked } from '../scores/score.ts';
import type { UnscoredRow } from '../scores/score-batches.ts';
import type { TrainingData } from './training-data.ts';

/** Scores rows in the course of a run. What is not finite is refused: `NOT_FINITE`, with the {@link RowPlace} as its cause. */
export interface Validation {
  /** How many rows are scored each time; 0 for none. */
  readonly rows: number;
  /** The mean negative log-likelihood of the validation rows; `null` where there are none. */
  loss(params: FlowParams): Promise<number | null>;
  /** Tries the training rows that hold a column's least or greatest number: a flow that cannot score a row cannot train on it. */
  tryExtremes(params: FlowParams): Promise<void>;
}

/** Rows with extreme numbers are tried up to so many numbers a row. */
const maxColumns = 256;

/** That a row has no finite score, in words. */
export function notFinite({ eventShape, contextShape }: Flow, reason: string, place: RowPlace): DiffeoError {
  const rank = 1 + ((place.inContext ? contextShape : eventShape)?.length ?? 0);
  return new DiffeoError('NOT_FINITE', `${reason}, for ${describePlace(place, rank)}`, { cause: place });
}

/** The validation of a fit to these data, on this thread or on workers. */
export function validation(
  model: Flow,
  { train, validation: rows }: Pick<TrainingData, 'validation'> & { readonly train: NumberedRows },
  { seed, workers }: { readonly seed: Seed; readonly workers: Workers | null },
): Validation {
  const options = { noise: fold(seed, 'validation noise'), finite: true, ...(workers && { workers }) };

  async function scores(params: FlowParams, of: NumberedRows): Promise<Float32Array> {
    try {
      return await scoreChecked(model, params, of.dataset, options);
    } catch (error) {
      if (!isDiffeoError(error) || error.code !== 'NOT_FINITE') throw error;
      const { row, reason } = error.cause as UnscoredRow;
      throw notFinite(model, reason, await placeOf(of, row, train.dataset));
    }
  }

  return {
    rows: rows ? rowsOf(rows.dataset) : 0,
    loss: async (params) => {
      if (!rows) return null;
      const { weights } = rows.dataset;
      const found = await scores(params, rows);
      return -(weights ? meanOf(found, await weights.data()) : meanOf(found));
    },
    tryExtremes: async (params) => {
      if (model.dequantizes || sizeOf(model.eventShape) > maxColumns) return;
      const extremes = await extremeRows(train.dataset);
      const dataset: TensorDataset = gatherRows(train.dataset, extremes);
      const numbers = extremes.map((row) => train.numbers?.[row] ?? row);
      try {
        await scores(params, { ...train, dataset, numbers });
      } finally {
        disposeDataset(dataset);
      }
    },
  };
}
