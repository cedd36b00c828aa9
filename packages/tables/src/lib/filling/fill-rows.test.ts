import { flow, randomSource } from '@diffeo/core';
import { score, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TableFitted } from '../mix-members.ts';
import { tableFlow } from '../table-flow.ts';
import { effectiveSize, resampled } from './candidates.ts';
import { fillRows } from './fill-rows.ts';

const gap = Number.NaN;
const source = randomSource(3);
/** Rows on two bent branches, and a third column that follows the second. */
const draw = (): number[] => {
  const x = 2 * source.normal();
  const y = (source.integer(2) ? 1 : -1) * (1 + x * x) + 0.3 * source.normal();
  return [x, y, 0.5 * y + 0.2 * source.normal()];
};
const values = Float32Array.from(Array.from({ length: 200 }, draw).flat());
let fitted: TableFitted;

beforeAll(async () => {
  await useWasm();
  fitted = await tableFlow({ values, count: 200, size: 3 }, { effort: 'fast', seed: 1 });
});

/** The conditional distribution function of the second number given the others, by the density itself on a grid. */
async function conditional(x: number, z: number): Promise<(y: number) => number> {
  const [from, step, count] = [-20, 0.02, 2000];
  const places = Array.from({ length: count }, (_, i) => from + i * step);
  const grid = tensor2d(
    places.flatMap((y) => [x, y, z]),
    [count, 3],
  );
  const logs = await score(fitted.model, fitted.params, grid);
  grid.dispose();
  let total = 0;
  const sums = Array.from(logs, (log) => {
    total += Math.exp(log);
    return total;
  });
  return (y) => (sums[Math.min(count - 1, Math.max(0, Math.round((y - from) / step)))] as number) / total;
}

describe('gaps of rows of numbers', () => {
  test('are drawn as the density has them given the others', async () => {
    const draws = 400;
    const given = [0.5, 1.2];
    const rows = { values: Float32Array.of(given[0] as number, gap, given[1] as number), count: 1, size: 3 };
    const filled = await fillRows(fitted.model, fitted.params, rows, { draws, seed: 5 });
    const cdf = await conditional(...(given as [number, number]));
    const places = Array.from({ length: draws }, (_, i) => cdf(filled.values[3 * i + 1] as number)).sort(
      (a, b) => a - b,
    );
    const distance = Math.max(...places.map((place, i) => Math.abs(place - (i + 0.5) / draws)));
    // Kolmogorov's limit of one in ten thousand, with room for draws that come again.
    expect(distance * Math.sqrt(draws)).toBeLessThan(2.6);
    expect(filled.effective[0]).toBeGreaterThan(200);
    expect(new Set(Array.from({ length: draws }, (_, i) => filled.values[3 * i + 1])).size).toBeGreaterThan(100);
  });

  test('leave what is known as it is, and are the same for the same seed', async () => {
    const given = Float32Array.of(gap, 2, 1, 0.3, gap, gap, gap, gap, gap, 1, 2, 1);
    const rows = { values: given, count: 4, size: 3 };
    const [first, again, other] = [
      await fillRows(fitted.model, fitted.params, rows, { draws: 2, seed: 1 }),
      await fillRows(fitted.model, fitted.params, rows, { draws: 2, seed: 1 }),
      await fillRows(fitted.model, fitted.params, rows, { draws: 2, seed: 2 }),
    ];
    expect(again).toEqual(first);
    expect(other.values).not.toEqual(first.values);
    expect(first.values.every(Number.isFinite)).toBe(true);
    for (const [at, value] of given.entries()) {
      if (!Number.isNaN(value)) expect([first.values[at], first.values[12 + at]]).toEqual([value, value]);
    }
    // Whole rows and empty ones need no weights.
    expect([...first.effective.subarray(2)]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(first.effective[1]).toBeGreaterThan(30);
  });

  test('of what is no table of this density are refused', async () => {
    const rows = { values: Float32Array.of(1, gap), count: 1, size: 2 };
    await expect(fillRows(fitted.model, fitted.params, rows, { seed: 1 })).rejects.toMatchObject({ code: 'SHAPE' });
    const images = flow({ eventShape: [2, 1, 1], layers: [] });
    await expect(fillRows(images, images.init(1), rows, { seed: 1 })).rejects.toMatchObject({ code: 'SPEC' });
  });
});

test('candidates are drawn again by their weights, which say what they are worth', () => {
  // Candidates from a normal that lies elsewhere and is wider; the target is the standard normal.
  const from = randomSource(1);
  const rows = Array.from({ length: 4000 }, () => Float32Array.of(0.7 + 1.6 * from.normal()));
  const logWeights = rows.map(([x = 0]) => -0.5 * x * x + 0.5 * ((x - 0.7) / 1.6) ** 2);
  const drawn = resampled({ rows, logWeights }, 4000, 2).map(([x = 0]) => x);
  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
  expect(Math.abs(mean)).toBeLessThan(0.08);
  expect(Math.abs(variance - 1)).toBeLessThan(0.1);
  expect(effectiveSize([0, 0, 0, Number.NEGATIVE_INFINITY])).toBeCloseTo(3);
  expect(effectiveSize([0, Math.log(3)])).toBeCloseTo(1.6);
  expect(effectiveSize([Number.NEGATIVE_INFINITY])).toBe(0);
});
