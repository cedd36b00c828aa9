import { DiffeoError, type Seed } from '@diffeo/core';
import { oneOf, requireOptions, seedNumber } from '@diffeo/core/arguments';
import { mixMembers, type TableFitted } from './mix-members.ts';
import { type Effort, recipeFor } from './recipe.ts';
import type { TableRows } from './table-rows.ts';

/** How to fit a table. */
export interface TableFlowOptions {
  /** Default `standard`. */
  readonly effort?: Effort;
  /** Draws folds, starts, batches and noise: the same seed gives the same density. Default 0. */
  readonly seed?: Seed;
  readonly signal?: AbortSignal;
  /** Called as work goes on, with the share that is done, 0 to 1, and what is done next. */
  readonly onProgress?: (done: number, what: string) => void;
}

/** Fewer rows than this have no folds. */
const fewestRows = 16;

function requireTable({ values, count, size }: TableRows): void {
  if (!(count >= fewestRows && size >= 1 && values.length === count * size)) {
    throw new DiffeoError(
      'DATA',
      `tableFlow takes at least ${fewestRows} rows, as { values, count, size } with count × size values; got ${values?.length} values, ${count} rows of ${size}`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `row ${Math.floor(bad / size)}, column ${bad % size} (both counted from 0)`;
    throw new DiffeoError('NOT_FINITE', `tableFlow: ${values[bad]} in ${place}. Remove or fill in such values first.`);
  }
}

/**
 * The density of a table of numbers: a mixture of what can be fitted to so many rows and columns, weighed by rows that nothing was fitted to.
 *
 * A small table is cut into folds. In each, every kind of member starts and trains on the fold's training rows alone, and one half of
 * the rows that are left out stops it; the other half, of all folds together, weighs the kinds by expectation and maximisation. A large table is cut once. The Gaussian of full covariance keeps
 * 0.2 % at least: no row is more than 7 nats below it.
 *
 * @throws DiffeoError `DATA` for too few rows, `NOT_FINITE`, `CONFIG`; whatever `signal` was aborted with.
 */
export async function tableFlow(table: TableRows, options: TableFlowOptions = {}): Promise<TableFitted> {
  requireOptions<TableFlowOptions>('tableFlow', options, {
    effort: oneOf('fast', 'standard', 'best'),
    seed: seedNumber,
    signal: { test: (value) => value instanceof AbortSignal, expected: 'an AbortSignal' },
    onProgress: { test: (value) => typeof value === 'function', expected: 'a function' },
  });
  requireTable(table);
  const { effort = 'standard', seed = 0, signal, onProgress } = options;
  return await mixMembers(table, recipeFor(table, effort), { seed, signal, onProgress });
}
