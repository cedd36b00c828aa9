import { DiffeoError, type Seed } from '@diffeo/core';
import { oneOf, requireOptions, seedNumber } from '@diffeo/core/arguments';
import { score } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import type { scoresOf } from '../cross-fit.ts';
import { mixMembers, type TableFitted } from '../mix-members.ts';
import type { Effort } from '../recipe.ts';
import type { TableRows } from '../table-rows.ts';
import type { ColumnFacts } from './columns-of-data.ts';
import { missingCell } from './mixed-column.ts';
import { mixedRecipe } from './mixed-recipe.ts';
import { mixedTableShape } from './mixed-table-shape.ts';

/** How to fit a mixed table. */
export interface MixedTableOptions {
  /** Default `standard`. */
  readonly effort?: Effort;
  /** The same seed gives the same density. Default 0. */
  readonly seed?: Seed;
  /** Columns that the density is conditioned on, by name: p(the others | these). They become the model's context, in this order. */
  readonly context?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called as work goes on, with the share that is done, 0 to 1, and what is done next. */
  readonly onProgress?: (done: number, what: string) => void;
}

/** A mixed table: as readers give it, with NaN or {@link missingCell} where a value is missing. */
export interface MixedData {
  readonly values: Float32Array;
  readonly count: number;
  readonly columns: readonly ColumnFacts[];
}

/** Fewer rows than this have no folds. */
const fewestRows = 16;

/** Rows with {@link missingCell} for each NaN, as a mixed model takes them: all its numbers are finite. */
export const withMissingCells = (values: Float32Array): Float32Array =>
  values.map((value) => (Number.isNaN(value) ? missingCell : value));

/** Rows of a mixed model with NaN where a value is missing. */
export const withGaps = (values: Float32Array): Float32Array =>
  values.map((value) => (value === missingCell ? Number.NaN : value));

/** The columns of rows that are at some places. */
function columnsAt({ values, count, size }: TableRows, places: readonly number[]): Float32Array {
  const own = new Float32Array(count * places.length);
  for (let row = 0; row < count; row++) {
    for (const [at, place] of places.entries()) own[row * places.length + at] = values[row * size + place] as number;
  }
  return own;
}

/** Where the columns of a context stand. @throws DiffeoError `CONTEXT` for names that there are not, or twice. */
export function contextPlaces(columns: readonly ColumnFacts[], names: readonly string[]): readonly number[] {
  return names.map((name) => {
    const place = columns.findIndex((column) => column.name === name);
    if (place >= 0 && names.filter((one) => one === name).length === 1) return place;
    const problem = place < 0 ? `there is no column '${name}'` : `'${name}' is named twice`;
    const all = columns.map((column) => column.name).join(', ');
    throw new DiffeoError('CONTEXT', `the context: ${problem}. The columns are ${all}`);
  });
}

/** Scores of rows that hold context and all else. */
const conditionalScores =
  (given: readonly number[]): typeof scoresOf =>
  async (model, params, rows) => {
    const isGiven = new Set(given);
    const own = Array.from({ length: rows.size }, (_, i) => i).filter((i) => !isGiven.has(i));
    const x = tensor2d(columnsAt(rows, own), [rows.count, own.length]);
    const context = tensor2d(columnsAt(rows, given), [rows.count, given.length]);
    const scores = await score(model, params, { x, context });
    x.dispose();
    context.dispose();
    return Float64Array.from(scores);
  };

/**
 * The density of a table of any kinds of columns, exactly: categories, whole and rounded numbers and gaps have probabilities, other numbers densities. It is fitted in folds and mixed by rows
 * that no member saw, as `tableFlow` does, of members in closed form: independent columns, a Gaussian for each cell, and classes by expectation and maximisation.
 *
 * The model takes rows as {@link withMissingCells} gives them.
 *
 * @throws DiffeoError `DATA` for too few rows, `CONTEXT` for a context that there is not, `CONFIG`; whatever `signal` was aborted with.
 */
export async function mixedTable(data: MixedData, options: MixedTableOptions = {}): Promise<TableFitted> {
  requireOptions<MixedTableOptions>('mixedTable', options, {
    effort: oneOf('fast', 'standard', 'best'),
    seed: seedNumber,
    context: { test: Array.isArray, expected: 'a list of names of columns' },
    signal: { test: (value) => value instanceof AbortSignal, expected: 'an AbortSignal' },
    onProgress: { test: (value) => typeof value === 'function', expected: 'a function' },
  });
  const { columns: facts, count } = data;
  const size = facts?.length ?? 0;
  if (!(count >= fewestRows && size >= 1 && data.values.length === count * size)) {
    throw new DiffeoError(
      'DATA',
      `mixedTable takes at least ${fewestRows} rows, as { values, count, columns } with a value for each column of a row; got ${data.values?.length} values, ${count} rows of ${size} columns`,
    );
  }
  const { effort = 'standard', seed = 0, context = [], signal, onProgress } = options;
  const given = contextPlaces(facts, context);
  if (given.length === size)
    throw new DiffeoError('CONTEXT', 'the context takes all columns: none is left to have a density');
  const values = withMissingCells(data.values);
  const rows = { values, count, size };
  const shape = mixedTableShape(facts, given);
  return await mixMembers(rows, mixedRecipe(rows, shape, effort), {
    ...{ seed, signal, onProgress },
    ...(given.length > 0 && { scores: conditionalScores(given) }),
  });
}
