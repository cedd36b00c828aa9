import { load, randomSource, save } from '@diffeo/core';
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';
import { sample, score, useWasm } from '@diffeo/trainer';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { coverage } from './diagnostics/coverage.ts';
import { gaussianMember } from './members/gaussian-member.ts';
import type { MemberKind } from './members/member-kind.ts';
import { mixtureMember } from './members/mixture-member.ts';
import { productKernelMember } from './members/product-kernel-member.ts';
import { mixMembers, type TableFitted } from './mix-members.ts';
import { recipeFor } from './recipe.ts';
import { tableDefinitions } from './table-definitions.ts';
import { tableFlow } from './table-flow.ts';
import type { TableRows } from './table-rows.ts';

beforeAll(() => useWasm());

const tableOf = (
  count: number,
  seed: number,
  draw: (source: ReturnType<typeof randomSource>) => readonly number[],
): TableRows => {
  const source = randomSource(seed);
  const rows = Array.from({ length: count }, () => draw(source));
  return { values: Float32Array.from(rows.flat()), count, size: rows[0]?.length ?? 0 };
};
/** Skewed, in two groups, and the third number follows the others. */
const skewed = (source: ReturnType<typeof randomSource>) => {
  const a = Math.exp(source.normal());
  const b = (source.uniform() < 0.5 ? -3 : 3) + 0.5 * source.normal();
  return [a, b, a * b + 0.3 * source.normal()];
};
const scored = async ({ model, params }: Pick<TableFitted, 'model' | 'params'>, { values, count, size }: TableRows) => [
  ...(await score(model, params, tensor2d(values, [count, size]))),
];
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a small table', () => {
  const [table, fresh] = [tableOf(200, 1, skewed), tableOf(1000, 2, skewed)];

  test('is known far better than by its Gaussian, as the rows that no member saw say', async () => {
    const before = memory().numTensors;
    const fitted = await tableFlow(table, { effort: 'fast', seed: 1 });
    const [first] = fitted.model.members;
    const scores = await scored(fitted, fresh);
    const gaussian = [
      ...(await score(first as never, fitted.params.members[0] as never, tensor2d(fresh.values, [1000, 3]))),
    ];
    expect(mean(scores) - mean(gaussian)).toBeGreaterThan(1.5);
    // No row is more than 7 nats below the Gaussian, wherever it lies.
    expect(Math.min(...scores.map((own, i) => own - (gaussian[i] as number)))).toBeGreaterThan(-7);
    const reported = mean([...fitted.outOfFold]);
    expect(Math.abs(reported - mean(scores))).toBeLessThan(0.6);
    expect(fitted.explanation.length).toBeLessThanOrEqual(5);
    const held =
      fitted.params.members.flatMap((own) => JSON.stringify(own).match(/isDisposedInternal/g) ?? []).length + 1;
    expect(memory().numTensors - before).toBeLessThanOrEqual(held + 4);
  });

  test('gives the same density for the same seed, and a file gives it again', async () => {
    const [one, two] = [
      await tableFlow(table, { effort: 'fast', seed: 3 }),
      await tableFlow(table, { effort: 'fast', seed: 3 }),
    ];
    const bytes = await save(one.model, one.params);
    expect(await save(two.model, two.params)).toEqual(bytes);
    const definitions = [...couplingDefinitions, ...elementwiseDefinitions, ...tableDefinitions];
    const again = load(bytes, { definitions, mixtures: true });
    expect(await scored(again as never, fresh)).toEqual(await scored(one, fresh));
    const drawn = await sample(again.model, again.params, { count: 500, seed: 1 });
    expect(drawn.every(Number.isFinite)).toBe(true);
  });

  test('trains flows too, where it is worth it', async () => {
    const fitted = await tableFlow(tableOf(24, 4, skewed), { seed: 1 });
    expect(mean(await scored(fitted, fresh))).toBeGreaterThan(-8);
    expect(fitted.shares.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
  });
});

test('rows that come again, all but the same, are known by it, and covered as often as samples are', async () => {
  const known = tableOf(60, 7, (source) => Array.from({ length: 4 }, () => source.normal()));
  const again = (source: ReturnType<typeof randomSource>) => {
    const row = source.integer(60);
    const isNew = source.uniform() < 0.5;
    return Array.from({ length: 4 }, (_, j) =>
      isNew ? source.normal() : (known.values[4 * row + j] as number) + 0.01 * source.normal(),
    );
  };
  const [table, fresh] = [tableOf(400, 1, again), tableOf(1000, 2, again)];
  const fitted = await tableFlow(table, { effort: 'fast', seed: 1 });
  const scores = await scored(fitted, fresh);
  const drawn = await sample(fitted.model, fitted.params, { count: 2000, seed: 1 });
  const samples = await scored(fitted, { values: drawn, count: 2000, size: 4 });
  // Without kernels that are narrow it is 4.3, and 0.60 are covered.
  expect(-mean(scores)).toBeLessThan(1.5);
  expect(coverage(samples, scores, [0.5])[0]?.share).toBeLessThan(0.58);
});

test('rows that share some columns with one that was seen are known by product kernels', async () => {
  const settings = Array.from({ length: 20 }, (_, i) => [Math.sin(7 * i), Math.cos(5 * i), Math.sin(3 * i + 1)]);
  const measured = (source: ReturnType<typeof randomSource>) => {
    const [a = 0, b = 0, c = 0] = settings[source.integer(20)] ?? [];
    return [...[a, b, c].map((value) => value + 1e-3 * source.normal()), a * b + 0.5 * source.normal()];
  };
  const [table, fresh] = [tableOf(300, 1, measured), tableOf(500, 2, measured)];
  const nll = async (kinds: readonly MemberKind[]) => {
    const fitted = await mixMembers(table, { folds: 2, kinds, reasons: [] }, { seed: 1 });
    return -mean(await scored(fitted, fresh));
  };
  const others = recipeFor({ count: 300, size: 4 }, 'fast').kinds;
  // The entropy is some -17 nats.
  expect((await nll(others)) - (await nll([...others, productKernelMember()]))).toBeGreaterThan(0.5);
});

test('pure noise is left to the Gaussian: nothing is learned by heart', async () => {
  const noise = (source: ReturnType<typeof randomSource>) => Array.from({ length: 8 }, () => source.normal());
  const fitted = await tableFlow(tableOf(100, 1, noise), { effort: 'fast', seed: 1 });
  const nll = -mean(await scored(fitted, tableOf(2000, 2, noise)));
  const entropy = 4 * Math.log(2 * Math.PI * Math.E);
  // A Gaussian of 44 parameters fitted to 100 rows is some 0.3 behind the truth.
  expect(nll - entropy).toBeLessThan(0.6);
});

test('one column, columns that repeat, and rows far away are fitted', async () => {
  const tables = [
    tableOf(50, 1, (source) => [Math.exp(source.normal())]),
    tableOf(80, 1, (source) => [source.integer(3), source.integer(2), source.normal()]),
    tableOf(80, 1, (source) => [source.uniform() < 0.02 ? 1e8 : source.normal(), source.normal()]),
  ];
  for (const table of tables) {
    const fitted = await tableFlow(table, { effort: 'fast', seed: 1 });
    expect((await scored(fitted, table)).every(Number.isFinite)).toBe(true);
  }
});

test('what is no table is refused, and a signal ends the work', async () => {
  const table = tableOf(40, 1, skewed);
  const holed = { ...table, values: table.values.map((value, i) => (i === 7 ? Number.NaN : value)) };
  await expect(tableFlow(holed)).rejects.toThrow('NaN in row 2, column 1');
  await expect(tableFlow(tableOf(5, 1, skewed))).rejects.toThrow('at least 16 rows');
  await expect(tableFlow(table, { efort: 'fast' } as never)).rejects.toThrow('effort');
  await expect(tableFlow(table, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
});

test('a fast fit of many columns takes fewer folds, and makes none normal where one fold takes too long', async () => {
  const of = (count: number, size: number, effort: 'fast' | 'standard') => {
    const { folds, kinds, reasons } = recipeFor({ count, size }, effort);
    return { folds, curves: kinds.filter(({ name }) => /normal|copula/.test(name)).length, reasons };
  };
  expect(of(569, 30, 'fast')).toMatchObject({ folds: 2, curves: 5 });
  expect(of(1900, 30, 'fast')).toMatchObject({ folds: 1, curves: 4 });
  const wide = of(1900, 120, 'fast');
  expect(wide).toMatchObject({ folds: 1, curves: 0 });
  expect(wide.reasons[0]).toContain('one split');
  expect(of(1900, 120, 'standard').folds).toBe(5);
  // So few rows of so many columns still have a density that is no worse than the Gaussian.
  const table = tableOf(300, 3, (source) => Array.from({ length: 60 }, () => source.normal()));
  const { folds, kinds, reasons } = recipeFor({ count: 1900, size: 120 }, 'fast');
  const { shares } = await mixMembers(table, { folds, kinds, reasons }, { seed: 1 });
  expect(shares[0]?.name).toBe('Gaussian');
});

test('progress grows with each member and fold, by how long they take, and ends in 1', async () => {
  const table = tableOf(60, 3, skewed);
  const told: [number, string][] = [];
  const [first, second] = [gaussianMember('whitened'), mixtureMember('whitened', { fast: true, folds: 2 })];
  await mixMembers(
    table,
    { folds: 2, kinds: [first, { ...second, seconds: 3 }], reasons: [] },
    { seed: 1, onProgress: (done, what) => told.push([done, what]) },
  );
  expect(told).toEqual([
    ...[0, 0.125, 0.25].map((done) => [done, first.name]),
    ...[0.25, 0.625, 1].map((done) => [done, second.name]),
    [1, ''],
  ]);
});

test('says which search the work was done before', async () => {
  const table = tableOf(300, 3, skewed);
  const kinds = [gaussianMember('whitened'), mixtureMember('whitened', { fast: true, folds: 1e4 })];
  const cut = await mixMembers(table, { folds: 2, kinds, reasons: [] }, { seed: 1 });
  expect(cut.explanation.at(-1)).toContain('before all numbers of components were tried: Gaussian mixture');
  const whole = await mixMembers(
    table,
    { folds: 2, kinds: [gaussianMember('whitened'), mixtureMember('whitened', { fast: true, folds: 2 })], reasons: [] },
    { seed: 1 },
  );
  expect(whole.explanation).toHaveLength(1);
});
