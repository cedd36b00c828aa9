import { randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import type { Tensor } from '@tensorflow/tfjs-core';
import { assert, beforeAll, expect, test } from 'vitest';
import { scoresOf } from '../cross-fit.ts';
import { startRows } from '../flows/front.ts';
import type { TableRows } from '../table-rows.ts';
import { mixtureMember } from './mixture-member.ts';

beforeAll(() => useWasm());

const source = randomSource(1);
/** Normal groups about the corners of a square, one after another as `corner` says. */
function groups(count: number, corner: (row: number) => number): TableRows {
  const values = new Float32Array(2 * count);
  for (let row = 0; row < count; row++) {
    const at = corner(row);
    values.set([8 * (at & 1) + source.normal(), 8 * (at >> 1) + source.normal()], 2 * row);
  }
  return { values, count, size: 2 };
}
const entropy = Math.log(2 * Math.PI * Math.E) + Math.log(4);

test('a sorted table of more rows than components are counted on is known as well as any', async () => {
  const sorted = groups(12_000, (row) => Math.floor(row / 3000));
  const fresh = groups(2000, () => source.integer(4));
  const { refit } = mixtureMember('whitened', { fast: true });
  assert(refit);
  for (const seed of [1, 2]) {
    const { model, params } = await refit(startRows(sorted), '4', seed);
    const scores = await scoresOf(model, params, fresh);
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    expect(-mean - entropy).toBeLessThan(0.1);
  }
});

test('a setting that was chosen is fitted from many starts, of which folds have fewer each', async () => {
  const rows = groups(1000, () => source.integer(4));
  const stop = groups(200, () => source.integer(4));
  const componentsWith = async (folds: number): Promise<number> => {
    const train = startRows(rows);
    const candidates = await mixtureMember('whitened', { fast: false, folds }).fit({ train, stop }, 1);
    const four = candidates.find(({ setting }) => setting === '4');
    assert(four);
    return (four.build().params.base as { readonly means: Tensor }).means.shape[0] as number;
  };
  expect(await componentsWith(1)).toBe(4 * 12);
  expect(await componentsWith(5)).toBe(4 * 6);
});
