import { expect, test } from 'vitest';
import { numberBlocks, type RowSample } from './number-blocks.ts';

const size = 3;

/** The rows that are held of so many, of which row i is [i, i + 0.5, −i]. */
function held(rows: number, sample?: RowSample): number[] {
  const blocks = numberBlocks(size, sample);
  for (let i = 0; i < rows; i++) blocks.add(Float64Array.of(i, i + 0.5, -i));
  expect(blocks.added).toBe(rows);
  const found: number[] = [];
  for (const [numbers, first] of blocks.parts()) {
    expect(first).toBe(found.length);
    for (let at = 0; at < numbers.length; at += size) {
      const [row = Number.NaN, half, minus] = numbers.subarray(at, at + size);
      if (half !== row + 0.5 || minus !== -row) throw new Error(`row ${row} is mixed with another`);
      found.push(row);
    }
  }
  expect(found.length).toBe(blocks.count);
  return found;
}

test('all rows are held where there is no sample, or no more rows than it has', () => {
  const isAll = (found: readonly number[]): boolean => found.every((row, i) => row === i);
  const many = held(200_000);
  expect([many.length, isAll(many)]).toEqual([200_000, true]);
  const few = held(1000, { rows: 1000, seed: 1 });
  expect([few.length, isAll(few)]).toEqual([1000, true]);
});

test('a sample holds whole rows in their order, each with the same chance', () => {
  const [rows, seeds] = [40_000, 40];
  const parts = new Float64Array(10);
  let total = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const found = held(rows, { rows: 3000, seed });
    expect(found.length).toBeLessThanOrEqual(3000);
    expect(found.length).toBeGreaterThan(1000);
    expect(found.every((row, i) => i === 0 || row > (found[i - 1] as number))).toBe(true);
    for (const row of found)
      parts[Math.floor((10 * row) / rows)] = (parts[Math.floor((10 * row) / rows)] as number) + 1;
    total += found.length;
  }
  // Binomial, 4.5 standard deviations: rows at the beginning are no likelier than those at the end.
  for (const part of parts) expect(Math.abs(part - total / 10)).toBeLessThan(4.5 * Math.sqrt(total / 10));
});

test('the seed decides which rows', () => {
  const first = held(10_000, { rows: 500, seed: 1 });
  expect(held(10_000, { rows: 500, seed: 1 })).toEqual(first);
  expect(held(10_000, { rows: 500, seed: 2 })).not.toEqual(first);
});
