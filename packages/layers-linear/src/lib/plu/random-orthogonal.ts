import { randomSource, type Seed } from '@diffeo/core';
import { subtractMultiple } from './subtract-multiple.ts';

const scalarProduct = (a: Float64Array, b: Float64Array): number =>
  a.reduce((total, value, k) => total + value * (b[k] as number), 0);

/**
 * The rows of a random orthogonal matrix `[size, size]`, float64 on the host, uniform over all of them (Haar): normal
 * numbers, made orthonormal by Gram & Schmidt. Each row is made orthogonal twice, which is enough to keep every digit
 * (Giraud et al. 2005).
 */
export function randomOrthogonal(size: number, seed: Seed): readonly Float64Array[] {
  const { normal } = randomSource(seed);
  const rows: Float64Array[] = [];
  for (let i = 0; i < size; i++) {
    const row = Float64Array.from({ length: size }, normal);
    for (const done of [...rows, ...rows]) subtractMultiple(row, scalarProduct(row, done), done);
    const length = Math.sqrt(scalarProduct(row, row));
    rows.push(row.map((value) => value / length));
  }
  return rows;
}
