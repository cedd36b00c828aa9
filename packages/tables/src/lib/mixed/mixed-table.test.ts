import { load, randomSource, save } from '@diffeo/core';
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';
import { sample, score, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { autoregressiveMember } from '../autoregressive/autoregressive-member.ts';
import { crossFit, disposeMembers, scoresOf } from '../cross-fit.ts';
import { foldRows } from '../folds/fold-rows.ts';
import { foldsOf } from '../folds/folds.ts';
import type { Member } from '../members/member-kind.ts';
import type { TableFitted } from '../mix-members.ts';
import { tableDefinitions } from '../table-definitions.ts';
import type { TableRows } from '../table-rows.ts';
import type { ColumnFacts } from './columns-of-data.ts';
import { mixedRecipe } from './mixed-recipe.ts';
import { mixedTable, withGaps, withMissingCells } from './mixed-table.ts';
import { type MixedTableShape, mixedTableShape } from './mixed-table-shape.ts';

beforeAll(() => useWasm());

const source = randomSource(3);
const category = (name: string, ...categories: string[]): ColumnFacts => ({ name, kind: 'category', categories });
const whole = (name: string): ColumnFacts => ({ name, kind: 'integer', reason: 'they are whole', step: 1 });
const tableOf = (columns: readonly ColumnFacts[], count: number, draw: () => readonly number[]) => ({
  ...{ columns, count, values: Float32Array.from(Array.from({ length: count }, draw).flat()) },
});
const maybe = (share: number, value: number): number => (source.uniform() < share ? Number.NaN : value);

/** A group, a count that follows it, a height that follows both, each missing at times. */
const columns = [category('group', 'a', 'b', 'c'), whole('count'), whole('height')];
const people = tableOf(columns, 240, () => {
  const group = source.integer(3);
  const count = Math.max(0, Math.round(2 + 2.5 * group + 1.5 * source.normal()));
  const height = Math.round(165 + 5 * group + count + 4 * source.normal());
  return [maybe(0.1, group), maybe(0.2, count), maybe(0.05, height)];
});

/** An amount that is 0 in two rows of five and positive else, a class, a number that is missing at times. */
const amounts: readonly ColumnFacts[] = [
  { name: 'amount', kind: 'zero-inflated', reason: 'many are 0' },
  category('class', 'x', 'y'),
  { name: 'level', kind: 'real' },
];
const rain = tableOf(amounts, 260, () => {
  const kind = source.integer(2);
  const amount = source.uniform() < 0.3 + 0.3 * kind ? 0 : Math.exp(0.8 * source.normal() + kind);
  return [amount, kind, maybe(0.15, (amount > 0 ? 2 : 0) + source.normal())];
});

const scored = async (
  { model, params }: Pick<TableFitted, 'model' | 'params'>,
  values: ArrayLike<number>,
  size: number,
) => {
  const x = tensor2d(withMissingCells(Float32Array.from(values)), [values.length / size, size]);
  const scores = await score(model, params, x);
  x.dispose();
  return scores;
};
const column = (values: ArrayLike<number>, size: number, i: number) =>
  Array.from({ length: values.length / size }, (_, row) => values[row * size + i] as number);
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('a table of categories, whole numbers and gaps', () => {
  let fitted: TableFitted;
  beforeAll(async () => {
    fitted = await mixedTable(people, { effort: 'fast', seed: 1 });
  });

  test('has probabilities that sum to 1', async () => {
    // The group after the last stands for one that was never seen.
    const groups = [0, 1, 2, 3, Number.NaN];
    const counts = [...Array.from({ length: 40 }, (_, i) => i), Number.NaN];
    const heights = [...Array.from({ length: 130 }, (_, i) => 115 + i), Number.NaN];
    const rows = groups.flatMap((group) =>
      counts.flatMap((count) => heights.flatMap((height) => [group, count, height])),
    );
    const total = (await scored(fitted, rows, 3)).reduce((sum, log) => sum + Math.exp(log), 0);
    // Half a row of 192 lies below the bound of each of two columns.
    expect(total).toBeGreaterThan(1 - 6e-3);
    expect(total).toBeLessThan(1 + 1e-4);
  });

  test('is drawn in its kinds: whole numbers, bounds, categories, gaps as often', async () => {
    const drawn = withGaps(await sample(fitted.model, fitted.params, { count: 4000, seed: 2 }));
    const own = (i: number) => column(drawn, 3, i);
    const gaps = (values: ArrayLike<number>) => mean(Array.from(values, (value) => Number(Number.isNaN(value))));
    for (const i of [0, 1, 2]) {
      const there = own(i).filter((value) => !Number.isNaN(value));
      const real = column(people.values, 3, i).filter((value) => !Number.isNaN(value));
      expect(there.every(Number.isInteger), `${i}`).toBe(true);
      expect(Math.min(...there), `${i}`).toBeGreaterThanOrEqual(0);
      const spread = Math.sqrt(mean(real.map((value) => (value - mean(real)) ** 2)));
      expect(Math.abs(mean(there) - mean(real)) / spread, `${i}`).toBeLessThan(0.15);
      expect(Math.abs(gaps(own(i)) - gaps(column(people.values, 3, i))), `${i}`).toBeLessThan(0.03);
    }
    expect(Math.max(...own(0).filter((value) => !Number.isNaN(value)))).toBe(2);
    const tall = (group: number) =>
      mean(
        Array.from({ length: 4000 }, (_, row) => row)
          .filter((row) => drawn[row * 3] === group && !Number.isNaN(drawn[row * 3 + 2]))
          .map((row) => drawn[row * 3 + 2] as number),
      );
    expect(tall(2) - tall(0)).toBeGreaterThan(6);
  });

  test('is known better than by independent columns, as unseen rows say', () => {
    const alone = fitted.shares.find(({ name }) => name === 'independent columns');
    expect(mean(fitted.outOfFold) + (alone?.nll ?? 0)).toBeGreaterThan(0.2);
    expect(fitted.explanation.length).toBeLessThanOrEqual(5);
  });

  test('is the same from its file, to the bit, and for the same seed', async () => {
    const bytes = await save(fitted.model, fitted.params);
    const definitions = [...couplingDefinitions, ...elementwiseDefinitions, ...tableDefinitions];
    const again = load(bytes, { definitions, mixtures: true });
    expect(await scored(again as never, people.values, 3)).toEqual(await scored(fitted, people.values, 3));
    expect(await sample(again.model, again.params, { count: 50, seed: 4 })).toEqual(
      await sample(fitted.model, fitted.params, { count: 50, seed: 4 }),
    );
    const same = await mixedTable(people, { effort: 'fast', seed: 1 });
    expect(await save(same.model, same.params)).toEqual(bytes);
  });
});

test('mass and density integrate to 1, and next to nothing lies below 0', async () => {
  const fitted = await mixedTable(rain, { effort: 'fast', seed: 1 });
  const step = (i: number) => 10 ** (-4 + (7 * i) / 100);
  const levels = Array.from({ length: 49 }, (_, i) => -12 + i / 2);
  let total = 0;
  for (const kind of [0, 1, 2, Number.NaN]) {
    for (const level of [...levels, Number.NaN]) {
      const width = Number.isNaN(level) ? 1 : 1 / 2;
      const positive = Array.from({ length: 100 }, (_, i) => Math.sqrt(step(i) * step(i + 1)));
      const amounts = [0, ...positive, Number.NaN];
      const scores = await scored(
        fitted,
        amounts.flatMap((amount) => [amount, kind, level]),
        3,
      );
      for (const [i, log] of scores.entries()) {
        const own = i === 0 || i > 100 ? 1 : step(i) - step(i - 1);
        total += Math.exp(log) * width * own;
      }
    }
  }
  expect(Math.abs(total - 1)).toBeLessThan(0.02);
  // As likely as half a row, spread over all that is below.
  const [below = 0, above = 0] = await scored(fitted, [-1, 0, 0, 1, 0, 0], 3);
  expect(below).toBeGreaterThan(-20);
  expect(below).toBeLessThan(above - 4);
  const drawn = withGaps(await sample(fitted.model, fitted.params, { count: 3000, seed: 1 }));
  const amount = column(drawn, 3, 0);
  expect(Math.min(...amount)).toBe(0);
  const zeros = (values: readonly number[]) => mean(values.map((value) => Number(value === 0)));
  expect(Math.abs(zeros(amount) - zeros(column(rain.values, 3, 0)))).toBeLessThan(0.04);
});

describe('given a context', () => {
  /** Years, a group, and what follows from both. */
  const columns: readonly ColumnFacts[] = [
    { ...whole('year'), origin: 2010 },
    category('group', 'a', 'b'),
    { name: 'price', kind: 'positive', reason: 'all are above 0' },
  ];
  const prices = tableOf(columns, 300, () => {
    const [year, group] = [source.integer(21), source.integer(2)];
    return [year - 10, group, 20 + 2 * year + 10 * group + 2 * source.normal()];
  });

  test('a year and a category tell the rest, which integrates to 1', async () => {
    const { model, params } = await mixedTable(prices, { effort: 'fast', seed: 1, context: ['year', 'group'] });
    expect([model.eventShape, model.contextShape]).toEqual([[1], [2]]);
    const x = Array.from({ length: 3000 }, (_, i) => (i + 0.5) / 20);
    for (const [year, middle] of [
      [-8, 34],
      [8, 66],
    ] as const) {
      const context = tensor2d([[year, 1]]);
      const scores = await score(model, params, { x: tensor2d(x, [x.length, 1]), context });
      const mass = scores.map((log) => Math.exp(log) / 20);
      expect(mass.reduce((sum, own) => sum + own, 0)).toBeCloseTo(1, 2);
      expect(Math.abs(mass.reduce((sum, own, i) => sum + own * (x[i] as number), 0) - middle)).toBeLessThan(2);
      const drawn = await sample(model, params, { count: 1000, seed: 1, context });
      expect(Math.abs(mean(drawn) - middle)).toBeLessThan(2);
    }
  });

  test('names that there are not, and all of them, are refused', async () => {
    const of = (context: readonly string[]) => mixedTable(prices, { context });
    await expect(of(['yaer'])).rejects.toThrow("there is no column 'yaer'. The columns are year, group, price");
    await expect(of(['year', 'year'])).rejects.toThrow("'year' is named twice");
    await expect(of(['year', 'group', 'price'])).rejects.toThrow('none is left');
  });
});

describe('what every kind starts from and learns is of its fold', () => {
  const fewSteps = {
    ...{ hidden: [16], steps: 30, learningRate: 3e-3, noise: 0.1, weightDecay: 0, ema: 0.9, patience: 9 },
  } as const;

  /** Scores of some rows by members of one fold of `people`, before and after the rows that weigh are changed. */
  async function scoresOfBoth(shapeOf: (rows: TableRows) => MixedTableShape): Promise<Map<string, Float64Array[]>> {
    const count = people.count;
    const values = withMissingCells(people.values);
    const folds = foldsOf(count, 2, 3).slice(0, 1);
    const changed = values.slice();
    // Far away, below the bound, of one group, and often the same.
    for (const row of folds[0]?.weigh ?? []) changed.set([2, row % 2 === 0 ? 7 : -3, 1000 + row], row * 3);
    const fresh = { values: values.slice(0, 300), count: 100, size: 3 };
    const found = new Map<string, Float64Array[]>();
    for (const own of [values, changed]) {
      const rows = { values: own, count, size: 3 };
      const shape = shapeOf(rows);
      for (const kind of [...mixedRecipe(rows, shape, 'fast').kinds, autoregressiveMember(shape, fewSteps)]) {
        const { members } = await crossFit(foldRows(rows, folds), kind, { seed: 4 });
        const [{ model, params }] = members as [Member];
        found.set(kind.name, [...(found.get(kind.name) ?? []), await scoresOf(model, params, fresh)]);
        disposeMembers(members);
      }
    }
    return found;
  }

  test('other rows elsewhere change nothing', async () => {
    const both = await scoresOfBoth(() => mixedTableShape(columns, []));
    expect(both.size).toBe(5);
    for (const [name, [before, after]] of both) expect(after, name).toEqual(before);
  });

  test('a leak that is planted is caught: columns that all rows tell of', async () => {
    const both = await scoresOfBoth((rows) => {
      const known = mixedTableShape(columns, []).columnsOf(rows);
      return { given: [], columnsOf: () => known };
    });
    for (const [name, [before, after]] of both) expect(after, name).not.toEqual(before);
  });
});

test('too few rows are refused', async () => {
  await expect(mixedTable({ ...people, count: 8, values: people.values.slice(0, 24) })).rejects.toThrow(
    'at least 16 rows',
  );
});
