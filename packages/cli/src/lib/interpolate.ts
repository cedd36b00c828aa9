import { DiffeoError, fold, shuffled } from '@diffeo/core';
import { type Rows, takeRows, toTensor } from '@diffeo/datasets';
import { interpolate as goBetween } from '@diffeo/trainer';
import { requireImages, requirePng, writeSheet } from './image-model.ts';
import { readModel } from './read-model.ts';
import { type RowsOptions, rowsForModel } from './rows-for-model.ts';

/** What `diffeo interpolate` was asked to do. */
export interface InterpolateOptions extends Omit<RowsOptions, 'count'> {
  readonly model: string;
  /** The images to go between, from 0; drawn by the seed where they are not said. */
  readonly from: readonly number[] | undefined;
  readonly to: readonly number[] | undefined;
  /** How many ways, where they are drawn. */
  readonly pairs: number;
  readonly steps: number;
  readonly path: 'linear' | 'spherical';
  readonly out: string | undefined;
}

function chosen(rows: Rows, { from, to, pairs, seed }: InterpolateOptions): readonly [Rows, Rows] {
  if ((from === undefined) !== (to === undefined) || from?.length !== to?.length) {
    throw new DiffeoError('USAGE', '--from and --to are lists of as many images each, such as --from 0,1 --to 5,6');
  }
  if (from && to) return [takeRows(rows, from), takeRows(rows, to)];
  if (rows.count < 2) throw new DiffeoError('DATA', 'there are no two images to go between');
  const order = shuffled(rows.count, fold(seed, 'pairs'));
  const at = (i: number) => order[i % rows.count] as number;
  const list = (first: number) => Array.from({ length: pairs }, (_, i) => at(2 * i + first));
  return [takeRows(rows, list(0)), takeRows(rows, list(1))];
}

/** Draws what lies between pairs of images, in their latents: a way in each row of the sheet. */
export async function interpolate(options: InterpolateOptions): Promise<void> {
  const { model: path, steps, seed, out } = options;
  const sheet = requirePng(out);
  const stored = await readModel(path);
  const levels = requireImages(stored);
  const { eventShape } = stored.model;
  const [from, to] = chosen(await rowsForModel(stored, { ...options, count: undefined }), options).map(toTensor);
  const ways = { steps, path: options.path, noise: seed };
  const values = await goBetween(stored.model, stored.params, from as never, to as never, ways);
  writeSheet(sheet, { values, eventShape }, { levels, columns: steps });
}
