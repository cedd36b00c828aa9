import { DiffeoError, fold, type Seed, type Spec, shuffled, sizeOf } from '@diffeo/core';
import {
  type CsvOptions,
  checkIndependent,
  checkVarying,
  type Rows,
  split,
  type Table,
  type ToyDensity,
  takeRows,
  uniformDequantize,
  withoutConstants,
} from '@diffeo/datasets';
import { imageRows } from '@diffeo/datasets/images';
import { logit, standardise } from '@diffeo/layers-elementwise';
import { type DataSource, findData } from './data-source.ts';
import { type ImageOptions, imageOption, imagePreprocessing, type ReadImages, readImageSource } from './image-data.ts';
import { mostCovariances } from './most-covariances.ts';
import { digitLevels, readDigitRows, readTable, sayNote } from './read-rows.ts';

import {
  csvDefaults,
  digitsDefaults,
  imageDefaults,
  imageDigitsDefaults,
  type TrainDefaults,
  toyDefaults,
} from './train-defaults.ts';

/** Data to train on, and how flows take them in. */
export interface TrainingData {
  /** The names of the numbers of a row; none of images. */
  readonly columns?: readonly string[];
  /** How a CSV file was read, so that the model's others are read alike. */
  readonly csv?: CsvOptions['like'] | undefined;
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
  /** The kind of flow that was asked for; what goes with the data without it. */
  readonly flow: string | undefined;
  readonly images: Partial<ImageOptions>;
  readonly signal: AbortSignal;
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
function splitRows(
  all: Rows,
  name: string,
  { seed, limit = all.count, heldOut }: Pick<TrainingDataOptions, 'seed' | 'limit' | 'heldOut'>,
  needed = Math.max(8, all.values.length / all.count + 2),
) {
  const rows = limit < all.count ? takeRows(all, shuffled(all.count, fold(seed, 'limit')).subarray(0, limit)) : all;
  const tenth = Math.max(2, Math.round(rows.count / 10));
  const parts = { validation: tenth, test: heldOut ?? tenth };
  const train = rows.count - parts.validation - parts.test;
  const dimensions = rows.values.length / rows.count;
  if (train < needed) {
    throw new DiffeoError(
      'DATA',
      `${name} has too few rows: ${rows.count}, of which ${parts.test} are held out to test on, ${parts.validation} to validate, and ${Math.max(0, train)} are left to train on. ${dimensions} columns take at least ${needed}`,
    );
  }
  return split(rows, { train, ...parts }, fold(seed, 'split'));
}

/** The parts of images that a file or a published set holds; of the latter, the published test part is held out. */
export function splitImageRows(
  { images, test }: ReadImages,
  name: string,
  options: Pick<TrainingDataOptions, 'seed' | 'limit' | 'heldOut'>,
): { readonly train: Rows; readonly validation: Rows; readonly heldOut: Rows } {
  if (!test) {
    const { train, validation, test: heldOut } = splitRows(imageRows(images), name, options, 8);
    return { train, validation, heldOut };
  }
  const { seed, limit = images.count, heldOut = test.count } = options;
  const rows = imageRows(images);
  const order = shuffled(rows.count, fold(seed, 'split')).subarray(0, limit);
  const validating = Math.min(2000, Math.max(1, Math.floor(order.length / 10)));
  if (order.length < 9) throw new DiffeoError('DATA', `--limit ${limit} leaves too few images to train on`);
  const tested = imageRows(test);
  return {
    train: takeRows(rows, order.subarray(validating)),
    validation: takeRows(rows, order.subarray(0, validating)),
    heldOut: takeRows(
      tested,
      Array.from({ length: Math.min(heldOut, tested.count) }, (_, i) => i),
    ),
  };
}

async function imageData(source: DataSource, options: TrainingDataOptions): Promise<TrainingData> {
  const { dequantize = 'variational', folder, bits, size, pad } = options.images;
  const read = await readImageSource(source, { folder, bits, size }, options.signal);
  return {
    ...splitImageRows(read, source.name, options),
    preprocessing: imagePreprocessing(read.images, { dequantize, pad }),
    defaults: source.kind === 'digits' ? imageDigitsDefaults : imageDefaults,
  };
}

/** What was said of a file's layout, or found out and may be unclear in another. */
function formatOf(
  table: Table,
  { header, delimiter, comment, quotes, decimal, missingValues }: CsvOptions,
): TrainingData['csv'] {
  const mark = decimal ?? table.format.decimal;
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
    ...(comment !== undefined && { comment }),
    ...(quotes !== undefined && { quotes }),
    ...(mark !== undefined && { decimal: mark }),
    ...(missingValues !== undefined && { missingValues }),
  };
}

/** The rows of a file; of columns that nobody asked for, those that change. */
async function tableToLearn(name: string, csv: CsvOptions, signal: AbortSignal): Promise<Table> {
  const read = await readTable(name, { ...csv, signal });
  if (csv.columns !== undefined) return read;
  const { table, note } = withoutConstants(read);
  if (note) sayNote(name, note);
  return table;
}

/**
 * Reads the data that an argument names, ready to train on. Throws `DATA` for an unknown name or too few rows,
 * `CONSTANT_COLUMN`, and what the CSV reader throws.
 */
export async function loadTrainingData(name: string, options: TrainingDataOptions): Promise<TrainingData> {
  const source = findData(name, options.csv);
  const digits = source.kind === 'digits';
  if (source.kind === 'images' || (digits && options.flow === 'glow')) return await imageData(source, options);
  const unused = imageOption(options.images);
  if (unused !== undefined) {
    const how = digits ? ': as images it takes --flow glow' : '';
    throw new DiffeoError('USAGE', `${unused} is for images, and '${name}' is none${how}`);
  }
  if (source.kind === 'toy') return toyData(source.toy, options);
  const table = digits ? null : await tableToLearn(name, options.csv, options.signal);
  const rows = table ?? (await readDigitRows());
  const { train, validation, test: heldOut } = splitRows(rows, name, options);
  if (!digits) checkVarying(train);
  if (!digits && sizeOf(train.eventShape) <= mostCovariances) checkIndependent(train);
  return {
    columns: rows.columns,
    ...(table && { csv: formatOf(table, options.csv) }),
    train,
    validation,
    heldOut,
    preprocessing: digits
      ? { dequantize: uniformDequantize({ levels: digitLevels }), layers: [logit(), standardise()] }
      : { layers: [standardise()] },
    defaults: digits ? digitsDefaults : csvDefaults,
  };
}
