import { uniform } from '@diffeo/core';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { minimalAssignment } from './minimal-assignment.ts';

await setBackend('cpu');

const costsOf = (size: number, seed: number): Float64Array =>
  Float64Array.from(uniform([size * size], seed).dataSync());
const totalOf = (cost: Float64Array, columns: ArrayLike<number>): number =>
  Array.from(columns).reduce((sum, column, row) => sum + (cost[row * columns.length + column] as number), 0);

function* permutations(items: readonly number[]): Generator<readonly number[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries()) {
    for (const rest of permutations([...items.slice(0, i), ...items.slice(i + 1)])) yield [item, ...rest];
  }
}

test('of six rows it is the best of all 720', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const cost = costsOf(6, seed);
    const best = Math.min(...[...permutations([0, 1, 2, 3, 4, 5])].map((columns) => totalOf(cost, columns)));
    expect(totalOf(cost, minimalAssignment(cost, 6))).toBeCloseTo(best, 12);
  }
});

test('takes every column once, among equal costs too', () => {
  for (const cost of [
    costsOf(100, 1),
    new Float64Array(10_000),
    costsOf(100, 2).map((value) => Math.round(3 * value)),
  ]) {
    expect([...minimalAssignment(cost, 100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  }
});

test('on a line, the order of points is kept, however many they are', () => {
  const points = (seed: number) => Array.from(uniform([200], seed).dataSync()).sort((a, b) => a - b);
  const [from, to] = [points(3), points(4)];
  const cost = Float64Array.from({ length: 200 * 200 }, (_, k) => {
    const distance = (from[Math.floor(k / 200)] as number) - (to[k % 200] as number);
    return distance * distance;
  });
  expect([...minimalAssignment(cost, 200)]).toEqual(from.map((_, i) => i));
});

test('refuses costs that are not finite', () => {
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    for (const cost of [
      [bad, bad, bad, bad],
      [0, 1, 1, bad],
    ]) {
      expect(() => minimalAssignment(Float64Array.from(cost), 2)).toThrow(
        expect.objectContaining({ code: 'NOT_FINITE' }),
      );
    }
  }
});
