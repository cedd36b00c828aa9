import { DiffeoError, fold, type Seed, type Spec, shuffled } from '@diffeo/core';
import {
  type CsvOptions,
  checkVarying,
  logit,
  type Rows,
  split,
  standardise,
  type ToyDensity,
  takeRows,
  uniformDequantize,
} from '@diffeo/datasets';
import { findData } from './data-source.ts';
import { digitLevels, readDigitRows, readTable } from './read-rows.ts';
import { csvDefaults, digitsDefaults, type TrainDefaults, toyDefaults } from './train-defaults.ts';

/** Data to train on, and how flows take them in. */
export interface TrainingData {
  readonly columns: readonly string[];
  readonly train: Rows;
  /** Decides when to stop and which parameters to keep. */
  readonly validation: Rows;
  /** Never seen in training. */
  readonly heldOut: Rows;
  readonly preprocessing: { readonly dequantize?: Spec<'dequantizer'>; readonly layers: readonly Spec<'layer'>[] };
  /** Where the density that the data come from is known. */
  readonly truth?: ToyDensity;
  readonly defaults: TrainDefaults;
}

/** What to read and how much of it. */
export interface TrainingDataOptions {
  readonly seed: Seed;
  readonly limit: number | undefined;
  readonly heldOut: number | undefined;
  readonly csv: CsvOptions;
}

/** The points on which a toy is held out. `score` draws the same, so that its mean is the report's. */
export const heldOutPoints = (toy: ToyDensity, seed: Seed, count = 100_000): Rows =>
  toy.sample(count, fold(seed, 'held-out'));

function toyData(toy: ToyDensity, { seed, limit = 50_000, heldOut }: TrainingDataOptions): TrainingData {
  return {
    columns: ['x', 'y'],
    train: toy.sample(limit, fold(seed, 'train')),
    validation: toy.sample(Math.min(limit, 10_000), fold(seed, 'validation')),
    heldOut: heldOutPoints(toy, seed, heldOut),
    preprocessing: { layers: [standardise()] },
    truth: toy,
    defaults: toyDefaults,
  };
}

/** Cuts the rows of a file into training, validation and held-out rows: 80 %, 10 % and 10 % unless said otherwise. */
function splitRows(all: Rows, name: string, { seed, limit = all.count, heldOut }: TrainingDataOptions) {
  const rows = limit < all.count ? takeRows(all, shuffled(all.count, fold(seed, 'limit')).subarray(0, limit)) : all;
  const tenth = Math.max(2, Math.round(rows.count / 10));
  const parts = { validation: tenth, test: heldOut ?? tenth };
  const train = rows.count - parts.validation - parts.test;
  const dimensions = rows.values.length / rows.count;
  const least = Math.max(8, dimensions + 2);
  if (train < least) {
    throw new DiffeoError(
      'DATA',
      `${name} has too few rows: ${rows.count}, of which ${parts.test} are held out to test on, ${parts.validation} to validate, and ${Math.max(0, train)} are left to train on. ${dimensions} columns take at least ${least}`,
    );
  }
  return split(rows, { train, ...parts }, fold(seed, 'split'));
}

/**
 * Reads the data that an argument names, ready to train on. Throws `DATA` for an unknown name or too few rows,
 * `CONSTANT_COLUMN`, and what the CSV reader throws.
 */
export async function loadTrainingData(name: string, options: TrainingDataOptions): Promise<TrainingData> {
  const source = findData(name, options.csv);
  if (source.kind === 'toy') return toyData(source.toy, options);
  const digits = source.kind === 'digits';
  const rows = digits ? await readDigitRows() : await readTable(name, options.csv);
  const { train, validation, test: heldOut } = splitRows(rows, name, options);
  if (!digits) checkVarying(train);
  return {
    columns: rows.columns,
    train,
    validation,
    heldOut,
    preprocessing: digits
      ? { dequantize: uniformDequantize({ levels: digitLevels }), layers: [logit(), standardise()] }
      : { layers: [standardise()] },
    defaults: digits ? digitsDefaults : csvDefaults,
  };
}
