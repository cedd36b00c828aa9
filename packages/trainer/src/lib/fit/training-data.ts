import { DiffeoError, type Flow, fold, type Seed, shuffled } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { div, mean } from '@tensorflow/tfjs-core';
import { requireFinite } from '../data/require-finite.ts';
import type { NumberedRows } from '../data/row-place.ts';
import { disposeDataset, gatherRows, rowsOf, type TensorDataset } from '../data/tensor-dataset.ts';
import type { FitOptions } from './fit-options.ts';
import { leastRows, type ValidationSteps, validationSteps } from './validation-steps.ts';

/** What a run trains on and validates on, and when. */
export interface TrainingData {
  /** `null` where a loss needs no data. */
  readonly train: NumberedRows | null;
  readonly validation: NumberedRows | null;
  readonly validationSteps: ValidationSteps;
  /** Rows of a batch: there are no more than all. */
  readonly batchSize: number;
  /** For the tensors that were made here. */
  dispose(): void;
}

/** How many rows a share of the data is, of which some have to stay to train on. */
function rowsSplitOff(rows: number, validation: number | undefined): number {
  if (validation === 0 || (validation === undefined && rows < 2)) return 0;
  const share = validation ?? 0.1;
  const count = Math.max(1, Math.round(share * rows));
  if (count < rows) return count;
  throw new DiffeoError(
    'CONFIG',
    `fit: validation ${share} of ${rows} rows leaves none to train on: give a smaller share, data of its own, or 0 for none`,
  );
}

/**
 * Rows whose weights, where they have some, have a mean of 1: so much does a row of a batch count.
 *
 * @throws DiffeoError `DATA` where none of these rows counts, though others of the data do.
 */
async function withMeanOne(
  rows: NumberedRows,
  purpose: string,
): Promise<{ readonly rows: NumberedRows; dispose(): void }> {
  const { weights } = rows.dataset;
  if (!weights) return { rows, dispose: () => undefined };
  if ((await weights.data()).every((weight) => weight === 0)) {
    throw new DiffeoError('DATA', `every row that was chosen to ${purpose} has a weight of 0: leave such rows out`);
  }
  const scaled = tidied(() => div(weights, mean(weights)));
  return { rows: { ...rows, dataset: { ...rows.dataset, weights: scaled } }, dispose: () => scaled.dispose() };
}

/** Some of the rows as a dataset of their own. */
const chosenRows = (dataset: TensorDataset, data: string, numbers: Int32Array): NumberedRows => ({
  ...{ data, numbers },
  dataset: gatherRows(dataset, numbers),
});

interface Parts {
  readonly rows: { readonly train: number; readonly validation: number };
  /** The first so many rows to validate on, in an order drawn by the seed: the caller's own where these are all of its own. */
  take(validationRows: number): {
    readonly train: NumberedRows;
    readonly validation: NumberedRows | null;
    readonly made: readonly NumberedRows[];
  };
}

/** Rows of data that are split by the seed. */
function splitOff(dataset: TensorDataset, count: number, seed: Seed): Parts {
  const rows = rowsOf(dataset);
  const train: NumberedRows = { dataset, data: 'the data', numbers: null };
  if (count === 0) {
    return { rows: { train: rows, validation: 0 }, take: () => ({ train, validation: null, made: [] }) };
  }
  const order = shuffled(rows, seed);
  return {
    rows: { train: rows - count, validation: count },
    take: (validationRows) => {
      const kept = chosenRows(dataset, 'the data', order.subarray(count));
      const validation = chosenRows(dataset, 'the data', order.subarray(0, validationRows));
      return { train: kept, validation, made: [kept, validation] };
    },
  };
}

/** Rows of data beside others to validate on. */
function separate(dataset: TensorDataset, validation: TensorDataset, seed: Seed): Parts {
  const train: NumberedRows = { dataset, data: 'the training data', numbers: null };
  const data = 'the validation data';
  const available = rowsOf(validation);
  return {
    rows: { train: rowsOf(dataset), validation: available },
    take: (validationRows) => {
      if (validationRows >= available)
        return { train, validation: { dataset: validation, data, numbers: null }, made: [] };
      const sampled = chosenRows(validation, data, shuffled(available, seed).subarray(0, validationRows).sort());
      return { train, validation: sampled, made: [sampled] };
    },
  };
}

/** Data that fit the flow, and whatever there is to validate on: a share of them, or data of their own. */
export interface HeldData {
  /** `null` where a loss needs none. */
  readonly data: TensorDataset | null;
  readonly validation: TensorDataset | number | undefined;
}

/**
 * What takes the place of data where a loss draws all that it needs: only when to validate.
 *
 * @throws DiffeoError `CONFIG` for options that mean rows of data.
 */
function withoutData({ steps = 2000, batchSize = 256, ...options }: FitOptions): TrainingData {
  const { validation, validationRows = leastRows, augment } = options;
  const meant = [
    validation !== undefined && validation !== 0 && 'validation',
    validationRows === Infinity && 'validationRows: Infinity',
    augment && 'augment',
  ].find((name) => name);
  if (meant) throw new DiffeoError('CONFIG', `minimise: ${meant} is for rows of data, and there are none: give data`);
  const available = validation === 0 ? 0 : validationRows;
  return {
    ...{ train: null, validation: null, batchSize },
    validationSteps: validationSteps({ steps, batchSize }, available, options),
    dispose: () => undefined,
  };
}

/**
 * Finite data to train and to validate on.
 *
 * @throws DiffeoError as `requireFinite` does; `CONFIG` for a share of the rows that leaves none to train on.
 */
export async function trainingData(
  model: Flow,
  { data, validation }: HeldData,
  options: FitOptions,
): Promise<TrainingData> {
  const { steps = 2000, batchSize = 256, seed = 0 } = options;
  if (!data) return withoutData(options);
  await requireFinite(model, data, 'the training data');
  let parts: Parts;
  if (validation === undefined || typeof validation === 'number') {
    parts = splitOff(data, rowsSplitOff(rowsOf(data), validation), fold(seed, 'validation'));
  } else {
    await requireFinite(model, validation, 'the validation data');
    parts = separate(data, validation, fold(seed, 'validation rows'));
  }
  const batch = Math.min(batchSize, parts.rows.train);
  const when = validationSteps({ steps, batchSize: batch }, parts.rows.validation, options);
  const { made, train, validation: validated } = parts.take(when.rows);
  const owned: { dispose(): void }[] = made.map(({ dataset }) => ({ dispose: () => disposeDataset(dataset) }));
  const dispose = () => {
    for (const own of owned) own.dispose();
  };
  const weigh = async (rows: NumberedRows, purpose: string): Promise<NumberedRows> => {
    const weighted = await withMeanOne(rows, purpose);
    owned.push(weighted);
    return weighted.rows;
  };
  try {
    return {
      train: await weigh(train, 'train on'),
      validation: validated && (await weigh(validated, 'validate on')),
      ...{ validationSteps: when, batchSize: batch, dispose },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}
