import { randomSource } from '@diffeo/core';

/** A table of two dependent columns of real numbers, and one of text. */
export function peopleCsv(rows: number): string {
  const source = randomSource(1);
  const lines = Array.from({ length: rows }, (_, i) => {
    const height = 1.7 + 0.1 * source.normal();
    const mass = 20 * height ** 2 + (source.uniform() < 0.5 ? 0 : 25) + 3 * source.normal();
    return `person ${i},${height.toFixed(4)},${mass.toFixed(2)}`;
  });
  return ['name,height,mass', ...lines, ''].join('\n');
}
