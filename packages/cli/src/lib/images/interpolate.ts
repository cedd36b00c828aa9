import { DiffeoError, fold, shuffled, sizeOf } from '@diffeo/core';
import { type Dataset, takeRows, toTensor } from '@diffeo/datasets';
import { interpolate as goBetween } from '@diffeo/trainer';
import type { RowsOptions } from '../data/data-source.ts';
import { rowsForModel } from '../data/rows-for-model.ts';
import { readModel, requireOneFlow } from '../model/read-model.ts';
import { stopIfCancelled } from '../terminal/interruption.ts';
import { requireImages } from './image-model.ts';
import { requirePng, sheetFile } from './sheet-file.ts';

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

/** How many ways there will be. Throws `USAGE` where starts and ends do not go together. */
function countWays({ from, to, pairs }: InterpolateOptions): number {
  if ((from === undefined) !== (to === undefined) || from?.length !== to?.length) {
    throw new DiffeoError('USAGE', '--from and --to are lists of as many images each, such as --from 0,1 --to 5,6');
  }
  return from?.length ?? pairs;
}

function chosen(rows: Dataset, { from, to, pairs, seed }: InterpolateOptions): readonly [Dataset, Dataset] {
  if (from && to) return [takeRows(rows, from), takeRows(rows, to)];
  if (rows.count < 2) throw new DiffeoError('DATA', 'there are no two images to go between');
  const order = shuffled(rows.count, fold(seed, 'pairs'));
  const at = (i: number) => order[i % rows.count] as number;
  const list = (first: number) => Array.from({ length: pairs }, (_, i) => at(2 * i + first));
  return [takeRows(rows, list(0)), takeRows(rows, list(1))];
}

/** Images of the ways between two looks at the signal. */
const imagesTogether = 1024;

/** Goes all ways, some at a time. */
async function goWays(
  { model, params }: ReturnType<typeof requireOneFlow>,
  [from, to]: readonly [Dataset, Dataset],
  { steps, path, seed, signal }: InterpolateOptions,
): Promise<Float32Array> {
  const size = sizeOf(model.eventShape);
  const values = new Float32Array(from.count * steps * size);
  const pairsPerBatch = Math.max(1, Math.floor(imagesTogether / steps));
  for (let begin = 0; begin < from.count; begin += pairsPerBatch) {
    await stopIfCancelled(signal);
    const numbers = Array.from({ length: Math.min(pairsPerBatch, from.count - begin) }, (_, i) => begin + i);
    const [starts, ends] = [toTensor(takeRows(from, numbers)), toTensor(takeRows(to, numbers))];
    const ways = { steps, path, noise: begin === 0 ? seed : fold(seed, begin) };
    values.set(await goBetween(model, params, starts, ends, ways), begin * steps * size);
    for (const tensor of [starts, ends]) tensor.dispose();
  }
  return values;
}

/** Draws what lies between pairs of images, in their latents: a way in each row of the sheet. */
export async function interpolate(options: InterpolateOptions): Promise<void> {
  const { model: path, steps, out } = options;
  const png = requirePng(out);
  const count = countWays(options);
  const stored = await readModel(path);
  const sheet = sheetFile(png, { eventShape: stored.model.eventShape, bins: requireImages(stored) });
  try {
    sheet.requireRoom(count * steps, steps);
    const rows = await rowsForModel(stored, { ...options, count: undefined });
    sheet.draw(await goWays(requireOneFlow(stored, 'interpolate'), chosen(rows, options), options), steps);
  } finally {
    sheet.close();
  }
}
