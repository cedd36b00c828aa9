import { type Density, DiffeoError, fold, type Seed, sizeOf } from '@diffeo/core';
import { requireOptions, seedNumber, wholeNumber } from '@diffeo/core/arguments';
import { sample, score } from '@diffeo/trainer';
import { type Conditionals, conditionals, isMixedModel } from '../mixed/conditionals.ts';
import { rowsAt, type TableRows, tensorOf } from '../table-rows.ts';
import { type Candidates, effectiveSize, resampled } from './candidates.ts';
import { surrogateOf } from './surrogate.ts';

/** How gaps are filled. */
export interface FillRowsOptions {
  /** How often each gap is drawn: as many whole tables come back. Default 1. */
  readonly draws?: number;
  readonly seed: Seed;
  readonly signal?: AbortSignal;
  /** Called as work goes on, with the share that is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Rows without gaps. */
export interface FilledRows {
  /** `[draws, rows, columns]`: what was given, with a draw in the place of every gap. */
  readonly values: Float64Array;
  /**
   * Of each row, how many independent draws its candidates are worth. Infinity where the draws are exact, and of rows without gaps; where it is small, draws
   * of the row are the likeliest of few candidates, and come again and again.
   */
  readonly effective: Float64Array;
}

/** Candidates for a row that are drawn and weighed at once. */
const candidatesAtOnce = 256;
/** So many times, at most, until they are worth enough. */
const mostRounds = 16;
/** Worth so many draws is enough, or four for each that is wanted. */
const enoughDraws = 40;
/** Rows that are filled at once. */
const rowsAtOnce = 32;

function requireRows(model: Density, { values, count, size }: TableRows): void {
  const { eventShape, contextShape, dequantizes } = model;
  if (eventShape.length !== 1 || dequantizes || (contextShape && !isMixedModel(model))) {
    const what = contextShape ? 'is conditional' : dequantizes ? 'dequantizes' : 'is of images';
    throw new DiffeoError('SPEC', `fillRows takes a density of the rows of a table, and this one ${what}`);
  }
  const columns = sizeOf(eventShape) + sizeOf(contextShape ?? [0]);
  if (size !== columns || values.length !== count * size) {
    throw new DiffeoError(
      'SHAPE',
      `fillRows: the density is of ${columns} columns; got ${values.length} values, ${count} rows of ${size}`,
    );
  }
}

/** What mixed models draw in closed form. */
function filledExactly(
  model: Conditionals,
  { values, count, size }: TableRows,
  { draws = 1, seed, signal, onProgress }: FillRowsOptions,
): FilledRows {
  const filled = new Float64Array(draws * values.length);
  const step = rowsAtOnce * size;
  for (let draw = 0; draw < draws; draw++) {
    for (let at = 0; at < values.length; at += step) {
      signal?.throwIfAborted();
      const open = values.subarray(at, at + step);
      const own = model.fill(open, { seed: fold(fold(seed, draw), at), canBeMissing: false });
      filled.set(own, draw * values.length + at);
    }
    onProgress?.((draw + 1) / draws);
  }
  return { values: filled, effective: new Float64Array(count).fill(Number.POSITIVE_INFINITY) };
}

interface Weighing {
  readonly model: Density;
  readonly params: unknown;
  readonly surrogate: Conditionals;
  readonly enough: number;
  readonly seed: Seed;
}

/** Candidates for each of some rows: drawn by the surrogate, and weighed by how much likelier they are under the density. */
async function weighed(rows: TableRows, { model, params, surrogate, enough, seed }: Weighing): Promise<Candidates[]> {
  const { size, count } = rows;
  const all = Array.from({ length: count }, (): Candidates => ({ rows: [], logWeights: [] }));
  let wanting = all.map((_, row) => row);
  for (let round = 0; round < mostRounds && wanting.length > 0; round++) {
    const open = rowsAt(rows, Int32Array.from(wanting.flatMap((row) => Array(candidatesAtOnce).fill(row))));
    const drawn = Float32Array.from(surrogate.fill(open.values, { seed: fold(seed, round), canBeMissing: false }));
    const proposed = surrogate.logProb(drawn);
    const x = tensorOf({ ...open, values: drawn });
    const scores = await score(model, params, x);
    x.dispose();
    for (const [i, row] of wanting.entries()) {
      const own = all[row] as Candidates;
      for (let at = i * candidatesAtOnce; at < (i + 1) * candidatesAtOnce; at++) {
        own.rows.push(drawn.subarray(at * size, (at + 1) * size));
        own.logWeights.push((scores[at] as number) - (proposed[at] as number));
      }
    }
    wanting = wanting.filter((row) => effectiveSize((all[row] as Candidates).logWeights) < enough);
  }
  return all;
}

/** By importance resampling, for densities that do not know their conditionals. */
async function filledByWeights(
  model: Density,
  params: unknown,
  rows: TableRows,
  { draws = 1, seed, signal, onProgress }: FillRowsOptions,
): Promise<FilledRows> {
  const { values, count, size } = rows;
  const filled = new Float64Array(draws * values.length);
  for (let draw = 0; draw < draws; draw++) filled.set(values, draw * values.length);
  const effective = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const put = (draw: number, row: number, whole: ArrayLike<number>) =>
    filled.set(whole, draw * values.length + row * size);
  const gapsOf = (row: number): number => values.subarray(row * size, (row + 1) * size).filter(Number.isNaN).length;
  const places = Array.from({ length: count }, (_, row) => row);
  // Of rows of which nothing is known, the density itself draws.
  const empty = places.filter((row) => gapsOf(row) === size);
  if (empty.length > 0) {
    const drawn = await sample(model, params, { count: draws * empty.length, seed: fold(seed, 'empty') });
    for (const [i, row] of empty.entries()) {
      for (let draw = 0; draw < draws; draw++) {
        const at = (draw * empty.length + i) * size;
        put(draw, row, drawn.subarray(at, at + size));
      }
    }
  }
  const wanting = places.filter((row) => gapsOf(row) > 0 && gapsOf(row) < size);
  if (wanting.length === 0) return { values: filled, effective };
  const surrogate = await surrogateOf(model, params, size, { signal });
  const enough = Math.max(enoughDraws, 4 * draws);
  for (let begin = 0; begin < wanting.length; begin += rowsAtOnce) {
    signal?.throwIfAborted();
    const together = wanting.slice(begin, begin + rowsAtOnce);
    const own = rowsAt(rows, Int32Array.from(together));
    const found = await weighed(own, { model, params, surrogate, enough, seed: fold(seed, begin) });
    for (const [i, row] of together.entries()) {
      const candidates = found[i] as Candidates;
      effective[row] = effectiveSize(candidates.logWeights);
      for (const [draw, whole] of resampled(candidates, draws, fold(fold(seed, 'draw'), row)).entries()) {
        put(draw, row, whole);
      }
    }
    onProgress?.((begin + together.length) / wanting.length);
  }
  return { values: filled, effective };
}

/**
 * Draws the gaps (NaN) of rows given the other numbers of the same row, from the density: multiple imputation. Of mixed models exactly; of any other density of
 * rows by importance resampling of candidates from a fitted mixture with known conditionals, until they are worth 40 independent draws, or 4,096 were tried.
 *
 * Rows are of all columns of the model, those of its context in their places.
 *
 * @throws DiffeoError `SPEC` for a density of other things than rows, `SHAPE` for rows of other columns, `CONFIG`; whatever `signal` was aborted with.
 */
export async function fillRows(
  model: Density,
  params: unknown,
  rows: TableRows,
  options: FillRowsOptions,
): Promise<FilledRows> {
  requireOptions<FillRowsOptions>('fillRows', options, {
    draws: wholeNumber({ from: 1 }),
    seed: { ...seedNumber, required: true },
    signal: { test: (value) => value instanceof AbortSignal, expected: 'an AbortSignal' },
    onProgress: { test: (value) => typeof value === 'function', expected: 'a function' },
  });
  requireRows(model, rows);
  if (isMixedModel(model)) return filledExactly(conditionals(model, params), rows, options);
  return await filledByWeights(model, params, rows, options);
}
