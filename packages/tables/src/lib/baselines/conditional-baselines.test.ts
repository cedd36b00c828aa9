import { randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import { conditionalBaselines } from './conditional-baselines.ts';

beforeAll(() => useWasm());

const source = randomSource(3);
const columns = [
  { name: 'x', kind: 'real' },
  { name: 'group', kind: 'category', categories: ['a', 'b'] },
  { name: 'y', kind: 'real' },
  { name: 'z', kind: 'real' },
];
/** Two numbers that follow another and a category, with normal errors of 0.5 and 2. */
function data(count: number) {
  const values = new Float32Array(4 * count);
  for (let row = 0; row < count; row++) {
    const [x, group] = [10 * source.normal(), source.integer(2)];
    const y = 3 * x + 20 * group + 0.5 * source.normal();
    values.set([x, group, y, y - x + 2 * source.normal()], 4 * row);
  }
  return { values, count };
}
const [learned, heldOut] = [data(400), data(400)];
const entropy = (deviation: number): number => 0.5 * Math.log(2 * Math.PI * Math.E) + Math.log(deviation);
const nll = (scores: Float64Array): number => -scores.reduce((sum, own) => sum + own, 0) / scores.length;

test('linear regression knows what is linear, with the columns before; columns by themselves know nothing of it', async () => {
  const found = await conditionalBaselines({ ...learned, columns }, heldOut, { context: ['x', 'group'] });
  expect(found.map(({ name }) => name)).toEqual(['independent columns', 'linear regression']);
  const [alone, linear] = found.map(({ scores }) => nll(scores)) as [number, number];
  expect(Math.abs(linear - entropy(0.5) - entropy(2))).toBeLessThan(0.08);
  expect(alone - linear).toBeGreaterThan(3);
});

test('a category, a gap and numbers that come often are none of its business', async () => {
  const names = async (context: readonly string[], given = learned) =>
    (await conditionalBaselines({ ...given, columns }, heldOut, { context })).map(({ name }) => name);
  expect(await names(['x', 'y', 'z'])).toEqual(['independent columns']);
  const gaps = { ...learned, values: learned.values.map((value, i) => (i === 2 ? Number.NaN : value)) };
  expect(await names(['x', 'group'], gaps)).toEqual(['independent columns']);
  const zeros = { ...learned, values: learned.values.map((value, i) => (i % 12 === 2 ? 0 : value)) };
  expect(await names(['x', 'group'], zeros)).toEqual(['independent columns']);
});

test('a context that there is not is refused, and one that is named twice', async () => {
  for (const context of [
    ['x', 'grup'],
    ['x', 'x'],
  ]) {
    await expect(conditionalBaselines({ ...learned, columns }, heldOut, { context })).rejects.toMatchObject({
      code: 'CONTEXT',
    });
  }
});

test('of many rows some are drawn, wherever in the table they stand', async () => {
  // Most rows, which come first, are of one group: of the other, the last thousand tell.
  const count = 30_000;
  const { values } = data(count);
  for (let row = 0; row < count; row++) {
    const [group, own] = [Number(row >= count - 1000), values[4 * row + 1] as number];
    values[4 * row + 1] = group;
    for (const j of [2, 3]) values[4 * row + j] = (values[4 * row + j] as number) + 20 * (group - own);
  }
  const [, linear] = await conditionalBaselines({ values, count, columns }, heldOut, { context: ['x', 'group'] });
  expect(Math.abs(nll(linear?.scores as Float64Array) - entropy(0.5) - entropy(2))).toBeLessThan(0.08);
});

test('gaps of the context are predictors of their own', async () => {
  const gapped = ({ values, count }: typeof learned) => ({
    values: values.map((value, i) => (i % 4 === 0 && i % 20 === 0 ? Number.NaN : value)),
    count,
  });
  const [, linear] = await conditionalBaselines({ ...gapped(learned), columns }, gapped(heldOut), {
    context: ['x', 'group'],
  });
  expect(linear?.scores.every(Number.isFinite)).toBe(true);
});
