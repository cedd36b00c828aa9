import '@tensorflow/tfjs-backend-cpu';
import { add, memory, mul, setBackend, square, sub, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { integrate1d, integrate2d } from './integrate.ts';

beforeAll(async () => {
  await setBackend('cpu');
});

const log2Pi = Math.log(2 * Math.PI);
const standardNormal = (x: Tensor): Tensor => add(mul(sum(square(x), 1), -0.5), -0.5 * log2Pi * (x.shape[1] as number));

test('a standard normal integrates to 1, and its entropy is ½ log 2πe for each dimension', () => {
  const line = integrate1d(standardNormal, { low: -8, high: 8 });
  const plane = integrate2d(standardNormal, { low: [-8, -8], high: [8, 8] });
  expect(line.mass).toBeCloseTo(1, 5);
  expect(line.entropy).toBeCloseTo(0.5 * (log2Pi + 1), 5);
  expect(plane.mass).toBeCloseTo(1, 5);
  expect(plane.entropy).toBeCloseTo(log2Pi + 1, 5);
});

test('what lies outside the grid is not counted', () => {
  expect(integrate1d(standardNormal, { low: 0, high: 8 }).mass).toBeCloseTo(0.5, 5);
});

test('the axes are told apart', () => {
  const off = (x: Tensor): Tensor => standardNormal(sub(x, tensor1d([10, 0])));
  expect(integrate2d(off, { low: [4, -6], high: [16, 6] }).mass).toBeCloseTo(1, 4);
  expect(integrate2d(off, { low: [-6, 4], high: [6, 16] }).mass).toBeCloseTo(0, 4);
});

test('a density of 0 somewhere does no harm to the entropy', () => {
  const half = (x: Tensor): Tensor => mul(sum(x, 1), -Infinity);
  expect(integrate1d(half, { low: 1, high: 2 })).toEqual({ mass: 0, entropy: 0 });
});

test.each([
  { low: 1, high: 1 },
  { low: 0, high: Infinity },
  { low: 0, high: 1, points: 0 },
  { low: 0, high: 1, points: 1.5 },
])('a grid %o is refused', (grid) => {
  expect(() => integrate1d(standardNormal, grid)).toThrowError(/finite bounds, low below high/);
});

test('it leaves no tensor behind', () => {
  const before = memory().numTensors;
  integrate2d(standardNormal, { low: [-1, -1], high: [1, 1], points: 120 });
  expect(memory().numTensors).toBe(before);
});
