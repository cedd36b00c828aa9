import {
  contaminatedNormal,
  DiffeoError,
  fold,
  type GradientMode,
  isDiffeoError,
  type Seed,
  type Spec,
  shuffled,
  sizeOf,
} from '@diffeo/core';
import {
  type Column,
  type CsvOptions,
  type CsvRefusal,
  checkIndependent,
  checkVarying,
  columnNames,
  type Dataset,
  learnable,
  type ReadTable,
  split,
  type ToyDensity,
  takeRows,
  uniformDequantize,
} from '@diffeo/datasets';
import type { FoundPictures } from '@diffeo/datasets/node';
import { logit, standardise } from '@diffeo/layers-elementwise';
import {
  hasPictures,
  type ImageOptions,
  imageOption,
  imagePreprocessing,
  type ReadImages,
  readImageSource,
} from '../images/image-data.ts';
import { requireTrainableImages } from '../images/image-shape.ts';
import { requireTrainablePictures } from '../images/picture-folder.ts';
import { type StartedBase, tableBase, tableLayers } from '../tables/table-flow.ts';
import { flowNamed } from '../train/flows.ts';
import { maxCovariances } from '../train/max-covariances.ts';
import {
  digitsDefaults,
  imageDefaults,
  imageDigitsDefaults,
  type TrainDefaults,
  tableDefaults,
  toyDefaults,
} from '../train/train-defaults.ts';
import { type DataSource, findData } from './data-source.ts';
import { digitBins, readDigitRows, readTable, sayNote, sourceName } from './read-rows.ts';

/** What stands on both sides of the layers that learn. */
interface Preprocessing {
  readonly dequantize?: Spec<'dequantizer'>;
  readonly layers: readonly Spec<'layer'>[];
  /** What stands before the Gaussian that the flow is compared with, where it is not `layers`. */
  readonly baseline?: readonly Spec<'layer'>[];
  /** The base, from the numbers that come out of `layers`. Absent: the standard normal. */
  readonly base?: (numbers: ArrayLike<number>, size: number) => StartedBase;
}

/** Data to train on, and how flows take them in. */
export interface TrainingData {
  /** What the numbers of a row are; none of images. */
  readonly columns?: readonly Column[] | undefined;
  /** How a CSV file was read, so that the model's others are read alike. */
  readonly csv?: CsvOptions['like'] | undefined;
  readonly train: Dataset;
  /** Decides when to stop and which parameters to keep. */
  readonly validation: Dataset;
  /** Never seen in training. */
  readonly heldOut: Dataset;
  readonly preprocessing: Preprocessing;
  /** All rows as they were read, in their order. Tables only. */
  readonly all?: Dataset;
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
  /** What was asked of the flow and its training: images too large for them are refused. */
  readonly batchSize?: number | undefined;
  readonly layers?: number | undefined;
  readonly hidden?: readonly number[] | undefined;
  readonly levels?: number | undefined;
  readonly gradient?: GradientMode | undefined;
  readonly signal: AbortSignal;
}

/** The points on which a toy is held out. `score` draws the same, so that its mean is the report's. */
export const heldOutPoints = (toy: ToyDensity, seed: Seed, count = 100_000): Dataset =>
  toy.sample(count, fold(seed, 'held-out'));

function toyData(toy: ToyDensity, { seed, heldOut, ...options }: TrainingDataOptions): TrainingData {
  const kind = flowNamed(options.flow ?? toyDefaults.flow);
  const { limit = kind.toy?.rows ?? 50_000 } = options;
  return {
    columns: ['x', 'y'].map((name) => ({ name, kind: 'real' as const })),
    train: toy.sample(limit, fold(seed, 'train')),
    validation: toy.sample(Math.min(limit, 10_000), fold(seed, 'validation')),
    heldOut: heldOutPoints(toy, seed, heldOut),
    preprocessing: { layers: [standardise()], base: () => ({ base: contaminatedNormal() }) },
    truth: toy,
    defaults: { ...toyDefaults, ...(kind.toy && { steps: kind.toy.steps }) },
  };
}

type PartOptions = Pick<TrainingDataOptions, 'seed' | 'limit' | 'heldOut'>;

/**
 * How many of so many rows go into which part: 80 %, 10 % and 10 % unless said otherwise. Throws `DATA` when fewer are left to
 * train on than are `needed`.
 */
function partSizes(
  all: number,
  { name, needed, rows, takers }: Readonly<Record<'name' | 'rows' | 'takers', string>> & { readonly needed: number },
  { limit = all, heldOut }: PartOptions,
) {
  const count = Math.min(all, limit);
  const tenth = Math.max(2, Math.round(count / 10));
  const parts = { validation: tenth, test: heldOut ?? tenth };
  const train = count - parts.validation - parts.test;
  if (train >= needed) return { train, ...parts };
  throw new DiffeoError(
    'DATA',
    `${name} has too few ${rows}: ${count}, of which ${parts.test} are held out to test on, ${parts.validation} to validate, and ${Math.max(0, train)} are left to train on. ${takers} take at least ${needed}`,
  );
}

/** Cuts the rows of a file into training, validation and held-out rows. */
function splitRows(
  all: Dataset,
  name: string,
  options: PartOptions,
  needed = Math.max(8, all.values.length / all.count + 2),
) {
  const { seed, limit = all.count } = options;
  const takers = `${all.values.length / all.count} columns`;
  const sizes = partSizes(all.count, { name, needed, rows: 'rows', takers }, options);
  const rows = limit < all.count ? takeRows(all, shuffled(all.count, fold(seed, 'limit')).subarray(0, limit)) : all;
  return split(rows, sizes, fold(seed, 'split'));
}

/** Splits the rows of a table; where they are too few for its columns, the advice is to take the first of these. */
function splitTable(rows: Dataset, name: string, options: PartOptions): ReturnType<typeof splitRows> {
  try {
    return splitRows(rows, name, options);
  } catch (error) {
    const { limit = rows.count, heldOut } = options;
    const count = Math.min(limit, rows.count);
    const tenth = Math.max(2, Math.round(count / 10));
    const train = count - tenth - (heldOut ?? tenth);
    const columns = (rows.columns ?? []).slice(0, Math.min(20, train - 2)).map(({ place }, i) => place ?? i + 1);
    if (!isDiffeoError(error) || train < 8 || columns.length === 0) throw error;
    const cause: CsvRefusal = { problem: `${error.message}. Give more rows, or fewer columns.`, advice: [{ columns }] };
    throw new DiffeoError(error.code, error.message, { cause });
  }
}

/** So many images must be left to train on. */
const neededImages = 8;

/** The parts of images that a file or a published set holds; of the latter, the published test part is held out. */
export function splitImageRows(
  { images, test }: ReadImages,
  name: string,
  options: PartOptions,
): { readonly train: Dataset; readonly validation: Dataset; readonly heldOut: Dataset } {
  if (!test) {
    partSizes(images.count, { name, needed: neededImages, rows: 'images', takers: 'Flows' }, options);
    const { train, validation, test: heldOut } = splitRows(images, name, options, neededImages);
    return { train, validation, heldOut };
  }
  const { seed, limit = images.count, heldOut = test.count } = options;
  const order = shuffled(images.count, fold(seed, 'split')).subarray(0, limit);
  const validating = Math.min(2000, Math.max(1, Math.floor(order.length / 10)));
  if (order.length < 9) throw new DiffeoError('DATA', `--limit ${limit} leaves too few images to train on`);
  return {
    train: takeRows(images, order.subarray(validating)),
    validation: takeRows(images, order.subarray(0, validating)),
    heldOut: takeRows(
      test,
      Array.from({ length: Math.min(heldOut, test.count) }, (_, i) => i),
    ),
  };
}

async function imageData(source: DataSource, options: TrainingDataOptions): Promise<TrainingData> {
  const { dequantize = 'variational', folder, bits, size, pad } = options.images;
  const defaults = source.kind === 'digits' ? imageDigitsDefaults : imageDefaults;
  const { batchSize = defaults.batchSize, layers = defaults.layers, hidden = defaults.hidden } = options;
  const { levels = defaults.levels, gradient = 'store', signal } = options;
  const kind = flowNamed(options.flow ?? defaults.flow);
  // Options that do not go together are said before anything is read.
  kind.layers({ ...defaults, layers, hidden, levels });
  const flow = { batchSize, layers, hidden, levels: kind.images ? levels : 0, gradient, pad };
  const check = (found: FoundPictures): void => {
    partSizes(
      found.pictures.length,
      { name: source.name, needed: neededImages, rows: 'images', takers: 'Flows' },
      options,
    );
    requireTrainablePictures(source.name, found, { size, flow });
  };
  const read = await readImageSource(source, { folder, bits, size }, { signal, check });
  const { count, eventShape: shape } = read.images;
  requireTrainableImages({ name: source.name, count, shape, resizable: hasPictures(source) }, flow);
  return {
    ...splitImageRows(read, source.name, options),
    preprocessing: imagePreprocessing(read.images, { dequantize, pad }),
    defaults,
  };
}

/** What was said of a file's layout, or found out and may be unclear in another. */
function formatOf(
  table: ReadTable,
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

/** The rows of a file that a density of numbers can learn, and a line for each thing that it cannot. */
async function tableToLearn(name: string, csv: CsvOptions, signal: AbortSignal): Promise<ReadTable> {
  const read = await readTable(name, { take: 'all', ...csv, signal });
  const asked = csv.columns === undefined ? [] : columnNames(read.columns);
  const { table, notes } = learnable(read, { asked, source: sourceName(name) });
  for (const note of notes) sayNote(name, note);
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
  const { train, validation, test: heldOut } = splitTable(rows, name, options);
  if (!digits) checkVarying(train);
  if (!digits && sizeOf(train.eventShape) <= maxCovariances) checkIndependent(train);
  return {
    columns: rows.columns,
    ...(table && { csv: formatOf(table, options.csv) }),
    train,
    validation,
    heldOut,
    preprocessing: digits
      ? { dequantize: uniformDequantize({ bins: digitBins }), layers: [logit(), standardise()] }
      : { layers: tableLayers(train), baseline: [standardise()], base: tableBase },
    ...(!digits && { all: rows }),
    defaults: digits ? digitsDefaults : tableDefaults(train.count),
  };
}
