import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import type { HostRows } from '../mixture/fit-gaussian-mixture.ts';
import { kernelWidths } from './kernel-widths.ts';

const source = randomSource(3);
const rowsOf = (count: number, draw: (i: number) => readonly number[]): HostRows => {
  const rows = Array.from({ length: count }, (_, i) => draw(i));
  return { values: Float64Array.from(rows.flat()), count, size: rows[0]?.length ?? 0 };
};
/** The mean log-density of rows under kernels at others. */
function meanLog(rows: HostRows, centres: HostRows, logWidths: Float64Array): number {
  const { size } = rows;
  let total = 0;
  for (let i = 0; i < rows.count; i++) {
    let density = 0;
    for (const [k, log] of logWidths.entries()) {
      let distance = 0;
      for (let j = 0; j < size; j++)
        distance += ((rows.values[i * size + j] as number) - (centres.values[k * size + j] as number)) ** 2;
      density += Math.exp(-0.5 * distance * Math.exp(-2 * log) - size * (log + 0.5 * Math.log(2 * Math.PI)));
    }
    total += Math.log(density / centres.count);
  }
  return total / rows.count;
}

test('a normal is known to 0.1 nats', () => {
  const normal = () => [source.normal(), source.normal()];
  const rows = rowsOf(600, normal);
  const nll = -meanLog(rowsOf(1000, normal), rows, kernelWidths(rows));
  expect(nll - Math.log(2 * Math.PI * Math.E)).toBeLessThan(0.1);
});

test('where one group is fifty times narrower than another, its kernels are too', () => {
  const grouped = () => {
    const scale = source.uniform() < 0.5 ? 1 : 0.02;
    return [scale * source.normal() + (scale === 1 ? 0 : 4), scale * source.normal()];
  };
  const [rows, fresh] = [rowsOf(600, grouped), rowsOf(1000, grouped)];
  const logWidths = kernelWidths(rows);
  const alike = logWidths.map(() => logWidths.reduce((sum, log) => sum + log, 0) / logWidths.length);
  expect(meanLog(fresh, rows, logWidths) - meanLog(fresh, rows, alike)).toBeGreaterThan(0.1);
});

test('rows that come again, and few of them, give kernels of some width', () => {
  for (const rows of [rowsOf(40, (i) => [i % 2, 1]), rowsOf(2, (i) => [i]), rowsOf(8, () => [0, 0, 0])]) {
    for (const log of kernelWidths(rows)) expect(log).toBeGreaterThan(-12);
  }
});

test('widths are those by which each row is likeliest given the others', () => {
  const rows = rowsOf(120, () => [source.normal(), 0.3 * source.normal(), source.uniform()]);
  const logWidths = kernelWidths(rows);
  const leftOut = (logs: Float64Array): number => {
    let total = 0;
    for (let row = 0; row < rows.count; row++) {
      const at = (count: number, skip: number) =>
        Float64Array.from({ length: count }, (_, i) => (i < skip ? i : i + 1));
      const others = at(rows.count - 1, row);
      const part = (places: ArrayLike<number>): HostRows => ({
        values: Array.from(places).flatMap((i) =>
          Array.from({ length: 3 }, (_, j) => rows.values[i * 3 + j] as number),
        ),
        ...{ count: places.length, size: 3 },
      });
      total += meanLog(
        part([row]),
        part(others),
        Float64Array.from(others, (i) => logs[i] as number),
      );
    }
    return total;
  };
  const best = leftOut(logWidths);
  for (const factor of [0.5, Math.SQRT1_2, Math.SQRT2, 2]) {
    expect(leftOut(logWidths.map((log) => log + Math.log(factor)))).toBeLessThanOrEqual(best + 1e-9);
  }
});

test('of rows that come again in very many columns too, where narrow kernels weigh more beside others than float64 can say', () => {
  const size = 120;
  const own = Array.from({ length: 40 }, () => Array.from({ length: size }, source.normal));
  const again = Array.from({ length: 40 }, () => (own[0] as number[]).map((x) => x + 1e-3 * source.normal()));
  const all = [...own, ...again];
  const logWidths = kernelWidths(rowsOf(all.length, (i) => all[i] as number[]));
  /** The mean log-density of each row under the kernels of the others, by logarithms alone. */
  const leftOut = (logs: Float64Array): number => {
    const ofRow = (row: number): number => {
      const terms = all.flatMap((other, k) => {
        if (k === row) return [];
        const distance = other.reduce((sum, x, j) => sum + (x - (all[row]?.[j] as number)) ** 2, 0);
        const log = logs[k] as number;
        return [-0.5 * distance * Math.exp(-2 * log) - size * log];
      });
      const most = Math.max(...terms);
      return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
    };
    return all.reduce((sum, _, row) => sum + ofRow(row), 0) / all.length;
  };
  const best = leftOut(logWidths);
  for (const factor of [0.5, Math.SQRT1_2, Math.SQRT2, 2]) {
    expect(leftOut(logWidths.map((log) => log + Math.log(factor)))).toBeLessThanOrEqual(best + 1e-9);
  }
  expect((logWidths[20] as number) - (logWidths[60] as number)).toBeGreaterThan(5);
});
