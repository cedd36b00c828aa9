import { flow, randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { crossFit, scoresOf } from './cross-fit.ts';
import { foldRows } from './folds/fold-rows.ts';
import { type Fold, foldsOf } from './folds/folds.ts';
import type { FitRows, MemberKind } from './members/member-kind.ts';
import { productKernelMember } from './members/product-kernel-member.ts';
import { gaussianMixture } from './mixture/gaussian-mixture.ts';
import { recipeFor } from './recipe.ts';
import { rowsAt, type TableRows } from './table-rows.ts';

beforeAll(() => useWasm());

const source = randomSource(5);
const noise = (count: number): TableRows => ({
  values: Float32Array.from({ length: count * 2 }, () => source.normal()),
  count,
  size: 2,
});
const table = noise(60);

/** Learns its training rows by heart: a narrow Gaussian on each, and a wide one. It keeps what it was given. */
function byHeart(given: FitRows[]): MemberKind {
  return {
    name: 'by heart',
    fit: (rows) => {
      given.push(rows);
      const { train } = rows;
      const components = train.count + 1;
      const build = () => {
        const scales = Array.from({ length: components }, (_, k) => (k < train.count ? 1000 : 0.5));
        const whitening = scales.flatMap((scale) => [scale, 0, 0, scale]);
        return {
          model: flow({ eventShape: [2], layers: [], base: gaussianMixture({ components }) }),
          params: {
            dequantize: {},
            layers: [],
            base: {
              means: tensor2d([...train.values, 0, 0], [components, 2]),
              whitening: tensor3d(whitening, [components, 2, 2]),
              logits: tensor1d(scales.map((scale) => (scale === 0.5 ? Math.log(train.count) : 0))),
            },
          },
        };
      };
      return Promise.resolve([{ setting: '', stopScore: 0, build }]);
    },
  };
}

/** By how much rows that are said to be unseen are likelier than rows that nobody can have seen, nats. */
async function optimism(folds: readonly Fold[]): Promise<number> {
  const { members, outOfFold } = await crossFit(foldRows(table, folds), byHeart([]), { seed: 1 });
  const [first] = members;
  if (!first) throw new Error('no member');
  const fresh = await scoresOf(first.model, first.params, noise(500));
  const mean = (scores: Float64Array) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return mean(outOfFold) - mean(fresh);
}

test('a row that weighs was seen by nothing of its fold; a leak that is planted is caught', async () => {
  const folds = foldsOf(table.count, 5, 1);
  expect(Math.abs(await optimism(folds))).toBeLessThan(0.7);
  const leaking = folds.map((own) => ({ ...own, train: Int32Array.from([...own.train, ...own.weigh]) }));
  expect(await optimism(leaking)).toBeGreaterThan(5);
});

test('members are given the rows of their fold, stopping and training apart, and no others', async () => {
  const folds = foldsOf(table.count, 5, 1);
  const given: FitRows[] = [];
  await crossFit(foldRows(table, folds), byHeart(given), { seed: 1 });
  for (const [i, { train, stop, weigh }] of folds.entries()) {
    expect(given[i]).toMatchObject({ train: rowsAt(table, train), stop: rowsAt(table, stop) });
    const seen = new Set([...(given[i]?.train.values ?? []), ...(given[i]?.stop.values ?? [])]);
    expect([...rowsAt(table, weigh).values].some((value) => seen.has(value))).toBe(false);
  }
});

test('what every kind starts from and learns is of its fold: other rows elsewhere change nothing', async () => {
  const folds = foldsOf(table.count, 2, 3).slice(0, 1);
  const [{ weigh }] = folds as [Fold];
  const changed = { ...table, values: table.values.slice() };
  // Rows that weigh are moved far away: whatever was fitted with them would be another one.
  for (const row of weigh) changed.values.set([1e3 + row, -1e3], row * 2);
  const fresh = noise(20);
  for (const kind of [...recipeFor({ count: 60, size: 2 }, 'fast').kinds, productKernelMember()]) {
    const scores: Float64Array[] = [];
    for (const own of [table, changed]) {
      const { members } = await crossFit(foldRows(own, folds), kind, { seed: 4 });
      const [member] = members;
      if (member) scores.push(await scoresOf(member.model, member.params, fresh));
    }
    expect(scores[1], kind.name).toEqual(scores[0]);
  }
});
