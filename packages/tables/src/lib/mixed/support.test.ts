import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import type { MixedColumn } from './mixed-column.ts';
import { logNormalCell } from './normal-cell.ts';
import { fromLine, logBeyond, toLine } from './support.ts';

const plain: MixedColumn = {
  ...{ atoms: [], continues: true, step: null, origin: 0, low: null, high: null, softness: 0.5 },
  ...{ beyond: 0.01, reach: 2, periods: [] },
};
const columns: Readonly<Record<string, MixedColumn>> = {
  plain,
  'above 0': { ...plain, low: 0 },
  'below 1': { ...plain, high: 1 },
  'within 0 and 1': { ...plain, low: 0, high: 1, softness: 0.1 },
};

test('a bounded number and its place on the line give each other, and the slope is that of the map', () => {
  for (const [name, column] of Object.entries(columns)) {
    for (const x of [0.001, 0.2, 0.5, 0.93, 0.999]) {
      const { t, logSlope } = toLine(column, x);
      expect(fromLine(column, t), name).toBeCloseTo(x, 9);
      const step = 1e-6;
      const slope = (toLine(column, x + step).t - toLine(column, x - step).t) / (2 * step);
      expect(Math.abs(Math.exp(logSlope) / slope - 1), name).toBeLessThan(1e-4);
    }
    for (const t of [-300, -2, 0, 2, 300]) {
      const x = fromLine(column, t);
      if (column.low !== null) expect(x, name).toBeGreaterThanOrEqual(column.low);
      if (column.high !== null) expect(x, name).toBeLessThanOrEqual(column.high);
    }
  }
});

test('cells of rounded numbers lie side by side, those of atoms cut out', () => {
  const counts = { ...plain, step: 1, atoms: [0, 5], low: -0.5 };
  const cells = [1, 2, 3, 4, 6, 7].map((n) => [toLine(counts, n - 0.5).t, toLine(counts, n + 0.5).t]);
  expect(cells[0]?.[0]).toBe(-Infinity);
  for (const [i, [, end]] of cells.entries()) if (cells[i + 1]) expect(cells[i + 1]?.[0]).toBe(end);
  const source = randomSource(1);
  const drawn = new Set(Array.from({ length: 500 }, () => fromLine(counts, 3 * source.normal() + 3)));
  for (const n of drawn) expect([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14]).toContain(n);
  for (const n of [1, 4, 6, 9]) expect(fromLine(counts, toLine(counts, n).t)).toBe(n);
});

test('what lies beyond a bound is as likely as was said, rounded or not, and what lies within has no part in it', () => {
  const bounded = { ...plain, low: 0, high: 10 };
  let [below, above] = [0, 0];
  for (let i = 0; i < 4000; i++) {
    const [near, far] = [Math.expm1(i / 400), Math.expm1((i + 1) / 400)];
    const middle = Math.sqrt((near + 1) * (far + 1)) - 1;
    below += (far - near) * Math.exp(logBeyond(bounded, -middle) ?? 0);
    above += (far - near) * Math.exp(logBeyond(bounded, 10 + middle) ?? 0);
  }
  for (const share of [below, above]) expect(share / bounded.beyond).toBeCloseTo(1, 3);
  expect(logBeyond(bounded, 5)).toBeNull();
  const counts = { ...plain, step: 1, low: -0.5 };
  let cells = 0;
  for (let n = 1; n < 20_000; n++) cells += Math.exp(logBeyond(counts, -n) ?? 0);
  expect(cells / counts.beyond).toBeCloseTo(1, 3);
  expect(logBeyond(counts, 0)).toBeNull();
});

test('cells of the standard normal have the probability that its density integrates to', () => {
  for (const [a, b] of [
    [-0.5, 0.5],
    [1, 1.01],
    [3, 3.5],
    [-6, -5.9],
    [8, 9],
    [-1, 7],
  ] as const) {
    const steps = 20_000;
    const width = (b - a) / steps;
    let sum = 0;
    for (let i = 0; i < steps; i++) sum += Math.exp(-0.5 * (a + (i + 0.5) * width) ** 2);
    expect(Math.exp(logNormalCell(a, b)) / ((sum * width) / Math.sqrt(2 * Math.PI))).toBeCloseTo(1, 4);
  }
  expect(logNormalCell(-Infinity, Infinity)).toBe(0);
  expect(logNormalCell(60, 61)).toBeGreaterThan(-1900);
  expect(Number.isFinite(logNormalCell(60, 61))).toBe(true);
});
