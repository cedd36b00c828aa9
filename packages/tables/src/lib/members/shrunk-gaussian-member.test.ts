import { randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import { disposeMembers, scoresOf } from '../cross-fit.ts';
import { startRows } from '../flows/front.ts';
import type { TableRows } from '../table-rows.ts';
import { gaussianMember } from './gaussian-member.ts';
import { oracleShrinkage, shrunkGaussianMember } from './shrunk-gaussian-member.ts';

beforeAll(() => useWasm());

const size = 24;
/** Columns of very different units, each of which follows one factor a little. */
function rowsOf(count: number, seed: number): TableRows {
  const source = randomSource(seed);
  const values = new Float32Array(count * size);
  for (let row = 0; row < count; row++) {
    const factor = source.normal();
    for (let j = 0; j < size; j++) values[row * size + j] = 10 ** (j % 3) * (0.5 * factor + source.normal());
  }
  return { values, count, size };
}

test('few rows of many columns are known better by a covariance that is drawn towards independence', async () => {
  const [train, fresh] = [startRows(rowsOf(60, 1)), rowsOf(1000, 2)];
  const nll = async (kind: ReturnType<typeof gaussianMember>): Promise<number> => {
    const member = await kind.refit?.(train, '', 1);
    if (!member) throw new Error(`${kind.name} is fitted to no rows`);
    const scores = await scoresOf(member.model, member.params, fresh);
    disposeMembers([member]);
    return -scores.reduce((sum, own) => sum + own, 0) / scores.length;
  };
  for (const [plain, front] of [
    ['whitened', 'standardised'],
    ['copula', 'columns'],
  ] as const) {
    expect((await nll(gaussianMember(plain))) - (await nll(shrunkGaussianMember(front)))).toBeGreaterThan(3);
  }
  await train.dispose();
});

test('many rows are believed, few are not, and independent ones never', () => {
  const covariance = (correlation: number): Float64Array =>
    Float64Array.from({ length: 100 }, (_, at) =>
      at % 11 === 0 ? 1 : at % 10 < Math.floor(at / 10) ? correlation : 0,
    );
  expect(oracleShrinkage(covariance(0.5), 10, 100_000)).toBeLessThan(1e-3);
  expect(oracleShrinkage(covariance(0.5), 10, 10)).toBeGreaterThan(0.2);
  expect(oracleShrinkage(covariance(0), 10, 1000)).toBe(1);
  // By hand: tr S = 2, tr S² = 2.5; (0·2.5 + 4) / ((11 − 1)·(2.5 − 2)).
  expect(oracleShrinkage(Float64Array.of(1, 0, 0.5, 1), 2, 10)).toBeCloseTo(4 / 5, 12);
});
