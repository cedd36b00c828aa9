import { DiffeoError, fold, type Seed } from '@diffeo/core';
import {
  columnGains,
  conditionals,
  isMixedModel,
  openColumns,
  type TableRows,
  wholeRows,
  withGaps,
  withMissingCells,
} from '@diffeo/tables';
import { sample } from '@diffeo/trainer';
import type { StoredModel } from '../model/read-model.ts';
import { isCategory } from '../report/facts/cell-text.ts';
import { stopIfCancelled } from '../terminal/interruption.ts';
import { scoreRows } from './score-rows.ts';

/** So many samples say what may stand in a column. */
const referenceRows = 2000;
/** Rows of a mixed model between two looks at the signal. */
const rowsTogether = 512;

/** Columns of which the numbers stand for categories, counted from 0. */
const categoriesOf = ({ notes }: StoredModel): number[] =>
  (notes.columns ?? []).flatMap((column, i) => (isCategory(column) ? [i] : []));

/** Throws `USAGE` for models of which columns cannot be drawn anew one by one. */
export function requireColumns({ model, path }: StoredModel, option: string): void {
  if (model.contextShape && !isMixedModel(model)) {
    throw new DiffeoError('USAGE', `${option} is for densities of whole rows, and ${path} is conditional`);
  }
  if (model.eventShape.length === 1 && !model.dequantizes) return;
  throw new DiffeoError(
    'USAGE',
    `${option} is for tables, and ${path} is a model of ${model.dequantizes ? 'dequantized data' : 'images'}`,
  );
}

/** Exactly, of a model that has conditionals. */
async function exactGains({ model, params }: StoredModel, rows: TableRows, { seed, signal, context }: BlameOptions) {
  const { columnGains: gainsOf, context: given, size } = conditionals(model, params);
  const { rows: cells, own } = wholeRows(size, given, withMissingCells(rows.values), context ?? null, rows.count);
  const gains = new Float64Array(cells.length);
  const step = rowsTogether * size;
  for (let at = 0; at < cells.length; at += step) {
    await stopIfCancelled(signal);
    gains.set(gainsOf(cells.subarray(at, at + step), { seed: fold(seed, at) }), at);
  }
  return given.length === 0 ? gains : Float64Array.from(openColumns(gains, size, own));
}

/** What rows are blamed by. */
export interface BlameOptions {
  /** Samples of the model, with NaN for gaps. Default: {@link referenceRows}, where they are needed. */
  readonly samples?: TableRows;
  /** Of a conditional model: the context of each row, as the model takes it. */
  readonly context?: ArrayLike<number> | undefined;
  readonly seed: Seed;
  readonly signal: AbortSignal;
}

/**
 * How much more likely each row would be if a column were drawn anew given the others, `rows × columns`, nats; 0 for gaps, which are NaN. By the model's own
 * conditionals where it has them, and by trying numbers where it has none.
 */
export async function blameRows(stored: StoredModel, rows: TableRows, options: BlameOptions): Promise<Float64Array> {
  const { model, params } = stored;
  if (isMixedModel(model)) return await exactGains(stored, rows, options);
  const { eventShape } = model;
  const { seed, signal } = options;
  const drawn = async (): Promise<TableRows> => ({
    values: withGaps(await sample(model, params, { count: referenceRows, seed: fold(seed, 'blame') })),
    count: referenceRows,
    size: rows.size,
  });
  return await columnGains(
    async ({ values, count }) => await scoreRows(stored, { values, count, eventShape }, { seed, signal }),
    rows,
    options.samples ?? (await drawn()),
    { categories: categoriesOf(stored) },
  );
}
