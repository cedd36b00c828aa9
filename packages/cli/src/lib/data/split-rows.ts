import { DiffeoError, fold, isDiffeoError, shuffled } from '@diffeo/core';
import { type CsvOptions, type CsvRefusal, type Dataset, split, takeRows } from '@diffeo/datasets';
import type { ReadImages } from '../images/image-data.ts';
import type { TrainingDataOptions } from './training-data.ts';

/** How many rows to take, and how they are drawn. */
export type PartOptions = Pick<TrainingDataOptions, 'seed' | 'limit' | 'heldOut'>;

/**
 * How many of so many rows go into which part: 80 %, 10 % and 10 % unless said otherwise. Throws `DATA` when fewer are left to
 * train on than are `needed`.
 */
export function partSizes(
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

/** A reader's own number of rows is enough for at most so many. */
const enoughFor = 2 ** 18;

/**
 * The rows of a table that are held, where there are more than are trained on: as many as a run draws, or two and a half times what is asked for, since a sample may have
 * less than half of what it may have.
 */
export function tableSample({ seed, limit, heldOut = 0 }: PartOptions): NonNullable<CsvOptions['sample']> {
  // As many to train on as are held out.
  const asked = limit ?? 2 * heldOut;
  return { seed: fold(seed, 'sample'), ...(asked > enoughFor && { rows: Math.ceil(2.5 * asked) }) };
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
export function splitTable(rows: Dataset, name: string, options: PartOptions): ReturnType<typeof splitRows> {
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
export const neededImages = 8;

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
