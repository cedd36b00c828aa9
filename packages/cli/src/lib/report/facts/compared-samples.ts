import { fold, type Seed, sizeOf } from '@diffeo/core';
import {
  type ColumnCalibration,
  columnCalibration,
  conditionalCalibration,
  type EnergyTest,
  energyTest,
  type TableRows,
  withGaps,
} from '@diffeo/tables';
import { sample } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import type { StoredModel } from '../../model/read-model.ts';
import { scoreRows } from '../../score/score-rows.ts';
import type { ModelRows } from '../../tables/mixed-data.ts';
import { tableOf } from './table-of.ts';

/** Samples of a model, and where rows lie among them. */
export interface ComparedSamples {
  readonly samples: TableRows;
  readonly sampleScores: Float32Array;
  /** What tells whether rows lie in regions of highest density: log-densities, or of a conditional model which share of samples with the same context is less likely. */
  readonly places: { readonly rows: Float32Array; readonly samples: Float32Array };
  readonly calibration: readonly ColumnCalibration[];
  readonly energy: EnergyTest;
  /** The share of samples that are less likely than a row; of a conditional model of those with its context. */
  lessLikely(row: number): number;
}

/** How samples are drawn. */
export interface CompareOptions {
  /** How many, about. */
  readonly samples: number;
  /** Columns of which the numbers stand for categories. */
  readonly categories: readonly number[];
  readonly seed: Seed;
  readonly signal: AbortSignal;
}

/** At least so many samples for each context. */
const leastDraws = 20;

const shareBelow = (scores: Float32Array, score: number): number =>
  scores.reduce((sum, own) => sum + (own < score ? 1 : 0), 0) / scores.length;

/** Samples of a density of whole rows. */
async function ofWholeRows(
  stored: StoredModel,
  judged: ModelRows,
  rowScores: Float32Array,
  { samples: count, categories, seed, signal }: CompareOptions,
): Promise<ComparedSamples> {
  const { model, params } = stored;
  const { eventShape } = model;
  const values = await sample(model, params, { count, seed: fold(seed, 'samples') });
  const samples: TableRows = { values: withGaps(values), count, size: sizeOf(eventShape) };
  const sampleScores = await scoreRows(stored, { values, count, eventShape }, { seed: fold(seed, 'noise'), signal });
  const rows = tableOf(judged);
  return {
    ...{ samples, sampleScores, places: { rows: rowScores, samples: sampleScores } },
    calibration: columnCalibration(rows, samples, { seed: fold(seed, 'ties') }),
    energy: energyTest(rows, samples, { categories, seed: fold(seed, 'energy') }),
    lessLikely: (row) => shareBelow(sampleScores, rowScores[row] as number),
  };
}

/** Each row as many times. */
const repeated = (values: ArrayLike<number>, size: number, times: number): Float32Array =>
  Float32Array.from({ length: values.length * times }, (_, at) => {
    const row = Math.floor(at / size / times);
    return values[row * size + (at % size)] as number;
  });

/** Samples of a conditional density: as many with the context of each row. */
async function ofContexts(
  stored: StoredModel,
  judged: ModelRows,
  rowScores: Float32Array,
  context: ArrayLike<number>,
  { samples: wanted, categories, seed, signal }: CompareOptions,
): Promise<ComparedSamples> {
  const { model, params } = stored;
  const { eventShape } = model;
  const [size, width] = [sizeOf(eventShape), sizeOf(model.contextShape ?? [0])];
  const each = Math.max(leastDraws, Math.round(wanted / judged.count));
  const count = judged.count * each;
  const contexts = repeated(context, width, each);
  const given = tensor2d(contexts, [count, width]);
  const values = await sample(model, params, { count, seed: fold(seed, 'samples'), context: given });
  given.dispose();
  const sampleScores = await scoreRows(
    stored,
    { values, count, eventShape, context: { values: contexts, count, eventShape: [width] } },
    { seed: fold(seed, 'noise'), signal },
  );
  const own = (row: number): Float32Array => sampleScores.subarray(row * each, (row + 1) * each);
  // The score of a row is a number like any other: even among those of samples with its context if the model is right.
  const [ranks] = conditionalCalibration(
    { values: rowScores, count: judged.count, size: 1 },
    { values: sampleScores, count, size: 1 },
    { seed: fold(seed, 'regions') },
  );
  const samples: TableRows = { values: withGaps(values), count, size };
  const rows = tableOf(judged);
  // Rows and samples have the same contexts, so that what differs is what the model says of the rest.
  const beside = (table: TableRows, all: ArrayLike<number>): TableRows => ({
    values: Float32Array.from({ length: table.count * (size + width) }, (_, at) => {
      const [row, column] = [Math.floor(at / (size + width)), at % (size + width)];
      return (column < size ? table.values[row * size + column] : all[row * width + column - size]) as number;
    }),
    count: table.count,
    size: size + width,
  });
  const firstOfEach: TableRows = {
    values: samples.values.filter((_, at) => Math.floor(at / size) % each === 0),
    count: judged.count,
    size,
  };
  const plain = withGaps(Float32Array.from(context));
  return {
    ...{ samples, sampleScores },
    places: {
      rows: Float32Array.from(ranks?.transforms ?? []),
      samples: Float32Array.from({ length: 10_000 }, (_, i) => (i + 0.5) / 10_000),
    },
    calibration: conditionalCalibration(rows, samples, { seed: fold(seed, 'ties') }),
    energy: energyTest(beside(rows, plain), beside(firstOfEach, plain), { categories, seed: fold(seed, 'energy') }),
    lessLikely: (row) => shareBelow(own(row), rowScores[row] as number),
  };
}

/** Draws samples of a model to compare rows with, whose scores are known; of a conditional model with the contexts of the rows. */
export const comparedSamples = (
  stored: StoredModel,
  judged: ModelRows,
  rowScores: Float32Array,
  options: CompareOptions,
): Promise<ComparedSamples> =>
  judged.context
    ? ofContexts(stored, judged, rowScores, judged.context.values, options)
    : ofWholeRows(stored, judged, rowScores, options);
