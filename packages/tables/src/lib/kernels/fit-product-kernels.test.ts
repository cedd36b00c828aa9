import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import type { HostRows } from '../mixture/fit-gaussian-mixture.ts';
import { fitProductKernels, type KernelSets } from './fit-product-kernels.ts';

const source = randomSource(3);
const rowsOf = (count: number, draw: (i: number) => readonly number[]): HostRows => {
  const rows = Array.from({ length: count }, (_, i) => draw(i));
  return { values: Float64Array.from(rows.flat()), count, size: rows[0]?.length ?? 0 };
};
/** The widths of the sets, with their weights, the heaviest first. */
const setsOf = ({ widths, logWeights }: KernelSets, size: number) =>
  Array.from(logWeights, (log, set) => ({
    weight: Math.exp(log),
    own: [...widths.subarray(set * size, (set + 1) * size)],
  })).sort((a, b) => b.weight - a.weight);

test('a column of few values has narrow kernels beside wide ones of a column that is free', () => {
  const rows = rowsOf(400, () => [source.integer(8) / 2.3 - 1.5 + 0.002 * source.normal(), source.normal()]);
  const [first] = setsOf(fitProductKernels(rows), 2);
  const [tied, free] = first?.own ?? [];
  expect(first?.weight).toBeGreaterThan(0.5);
  // Some fifty rows have each value, within 0.002.
  expect(tied).toBeGreaterThan(5e-4);
  expect(tied).toBeLessThan(0.003);
  expect(free).toBeGreaterThan(0.2);
});

test('half of the rows come again, all but the same: half of the weight is of kernels that are as narrow', () => {
  const known = Array.from({ length: 40 }, () => [source.normal(), source.normal(), source.normal()]);
  const near = (row: readonly number[]) => row.map((value) => value + 0.003 * source.normal());
  const rows = rowsOf(600, (i) =>
    i % 2 === 0 ? near(known[source.integer(40)] ?? []) : [source.normal(), source.normal(), source.normal()],
  );
  const [one, two] = setsOf(fitProductKernels(rows), 3);
  const narrow = one && Math.max(...one.own) < 0.01 ? one : two;
  expect(narrow?.weight).toBeGreaterThan(0.45);
  expect(narrow?.weight).toBeLessThan(0.55);
  for (const width of narrow?.own ?? [1]) expect(Math.abs(width - 0.003)).toBeLessThan(0.0015);
});

test('rows that come again, and few of them, give kernels of some width', () => {
  for (const rows of [rowsOf(40, (i) => [i % 2, 1]), rowsOf(2, (i) => [i]), rowsOf(8, () => [0, 0, 0])]) {
    for (const width of fitProductKernels(rows).widths) expect(width).toBeGreaterThan(1e-4);
  }
});
