import { DiffeoError, fold, type Seed, sizeOf } from '@diffeo/core';
import type { Dataset } from '@diffeo/datasets';
import { columnGains, type TableRows, withGaps, withMissingCells } from '@diffeo/tables';
import { sample } from '@diffeo/trainer';
import type { StoredModel } from '../model/read-model.ts';
import { scoreRows } from './score-rows.ts';

/** So many samples say what may stand in a column. */
const referenceRows = 2000;

/** Columns of which the numbers stand for categories, counted from 0. */
const categoriesOf = ({ notes }: StoredModel): number[] =>
  (notes.columns ?? []).flatMap(({ kind, categories }, i) =>
    categories !== undefined || kind === 'category' || kind === 'boolean' ? [i] : [],
  );

/** Throws `USAGE` for models of which columns cannot be drawn anew one by one. */
export function requireColumns({ model, path }: StoredModel, option: string): void {
  if (model.contextShape) {
    throw new DiffeoError('USAGE', `${option} is for densities of whole rows, and ${path} is conditional`);
  }
  if (model.eventShape.length === 1 && !model.dequantizes) return;
  throw new DiffeoError(
    'USAGE',
    `${option} is for tables, and ${path} is a model of ${model.dequantizes ? 'dequantized data' : 'images'}`,
  );
}

/** How much more likely each row would be if a column were drawn anew given the others, `rows × columns`, nats. */
export async function blameRows(
  stored: StoredModel,
  rows: Dataset,
  { seed, signal }: { readonly seed: Seed; readonly signal: AbortSignal },
): Promise<Float64Array> {
  const { model, params } = stored;
  const { eventShape } = model;
  const size = sizeOf(eventShape);
  const values = await sample(model, params, { count: referenceRows, seed: fold(seed, 'blame') });
  return await columnGains(
    async ({ values, count }: TableRows) =>
      await scoreRows(stored, { values: withMissingCells(values), count, eventShape }, { seed, signal }),
    { values: withGaps(Float32Array.from(rows.values)), count: rows.count, size },
    { values: withGaps(values), count: referenceRows, size },
    { categories: categoriesOf(stored) },
  );
}
