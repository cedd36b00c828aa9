import type { Seed } from '@diffeo/core';
import { plu } from './plu.ts';
import { randomOrthogonal } from './random-orthogonal.ts';

/** The rows of a random rotation `[size, size]`, float64 on the host, uniform over all of them: of determinant 1. */
export function randomRotation(size: number, seed: Seed): readonly Float64Array[] {
  const rows = randomOrthogonal(size, seed);
  const { factors, parity } = plu(rows);
  if (factors.reduce((sign, row, i) => sign * Math.sign(row[i] as number), parity) > 0) return rows;
  // A reflection no more, once its first column is turned round.
  for (const row of rows) row[0] = -(row[0] as number);
  return rows;
}
