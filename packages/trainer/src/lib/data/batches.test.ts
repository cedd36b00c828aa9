import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batches } from './batches.ts';

/** The first `count` row numbers, however they are cut into batches. */
function first(count: number, rows: number, size: number, seed: number): number[] {
  const taken: number[] = [];
  for (const batch of batches(rows, size, seed)) {
    expect(batch.length).toBe(size);
    taken.push(...batch);
    if (taken.length >= count) return taken.slice(0, count);
  }
  return taken;
}

test('each epoch visits every row once, whatever the batch size, in an order that the seed decides', () => {
  const sizes = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(sizes, sizes, fc.nat(1000), (rows, size, seed) => {
      const taken = first(3 * rows, rows, size, seed);
      for (const epoch of [0, 1, 2]) {
        const visited = taken.slice(epoch * rows, (epoch + 1) * rows).sort((a, b) => a - b);
        expect(visited).toEqual(Array.from({ length: rows }, (_, i) => i));
      }
      expect(first(3 * rows, rows, 1, seed)).toEqual(taken);
    }),
  );
  expect(first(50, 50, 10, 1)).not.toEqual(first(50, 50, 10, 2));
  const twice = first(100, 50, 10, 1);
  expect(twice.slice(0, 50)).not.toEqual(twice.slice(50));
});
