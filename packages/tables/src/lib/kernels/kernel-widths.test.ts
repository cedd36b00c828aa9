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

test('of rows that come again in very many columns, the widths are those of the others too', () => {
  const size = 400;
  const own = Array.from({ length: 60 }, () => Array.from({ length: size }, source.normal));
  // Twenty rows come twice, all but the same: kernels there are some thousand times as narrow, and weigh e^2000 times as much.
  const again = own.slice(0, 20).map((row) => row.map((x) => x + 1e-3 * source.normal()));
  const rows = [...own, ...again];
  const logWidths = kernelWidths({ values: Float64Array.from(rows.flat()), count: rows.length, size });
  expect([...logWidths].every(Number.isFinite)).toBe(true);
  const meanOf = (places: readonly number[]) =>
    places.reduce((sum, place) => sum + (logWidths[place] as number), 0) / places.length;
  const places = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  // Two new numbers of deviation 1 are √2 apart; what comes again lies within hundredths.
  expect(meanOf(places(20, 60))).toBeGreaterThan(-1);
  expect(meanOf(places(0, 20))).toBeLessThan(-2);
});
