import { expect, test } from 'vitest';
import { describeBatch, sameShape, sizeOf } from './shape.ts';

test('the size of a shape is the product of its sizes, 1 for a single number and 0 with an empty axis', () => {
  expect([sizeOf([]), sizeOf([3]), sizeOf([2, 3, 4]), sizeOf([5, 0])]).toEqual([1, 3, 24, 0]);
});

test('shapes are the same only with the same sizes in the same order', () => {
  expect(sameShape([], [])).toBe(true);
  expect(sameShape([2, 3], [2, 3])).toBe(true);
  expect(sameShape([2, 3], [3, 2])).toBe(false);
  expect(sameShape([2], [2, 1])).toBe(false);
  expect(sameShape([2, 1], [2])).toBe(false);
});

test('a batch is described with its first axis by name', () => {
  expect(describeBatch([])).toBe('[batch]');
  expect(describeBatch([2, 3])).toBe('[batch, 2, 3]');
});
