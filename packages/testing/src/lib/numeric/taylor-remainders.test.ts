import '@tensorflow/tfjs-backend-cpu';
import { leaf } from '@diffeo/core';
import { add, mul, relu, setBackend, square, sub, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { changedGradient } from '../controls/changed-gradient.ts';
import { taylorRemainders } from './taylor-remainders.ts';

const layout = { a: leaf([3]), fixed: leaf([3], { trainable: false }) };
const params = () => ({ a: tensor1d([0.3, -1, 2]), fixed: tensor1d([1, 2, 3]) });
type Given = ReturnType<typeof params>;

beforeAll(async () => {
  await setBackend('cpu');
});

const quadratic = ({ a, fixed }: Given): Tensor => sum(mul(square(a), fixed));

/** The same value, with a gradient that is off by `factor`. */
const exaggerated =
  (factor: number) =>
  ({ a, fixed }: Given): Tensor =>
    quadratic({ a: changedGradient(a, (dy) => mul(dy, factor)), fixed });

test('the remainder of a right gradient falls with the square of the step', () => {
  const { order, steps, remainders } = taylorRemainders(layout, params(), quadratic);
  expect(order).toBeCloseTo(2, 1);
  expect(remainders).toHaveLength(steps.length);
});

test.each([0, 0.9, 1.1, -1])('the remainder of a gradient that is off by %d falls with the step alone', (factor) => {
  expect(taylorRemainders(layout, params(), exaggerated(factor)).order).toBeLessThan(1.3);
});

test('a linear loss leaves nothing over', () => {
  expect(taylorRemainders(layout, params(), ({ a }) => sum(a)).order).toBe(Infinity);
});

describe('rows with kinks, of which some lie next to where the walk begins', () => {
  const line = { a: leaf([1]) };
  const corners = tensor1d(Array.from({ length: 200 }, (_, i) => (i - 100) / 50 + 1e-4));
  const losses = (a: Tensor): Tensor => add(relu(sub(a, corners)), mul(square(a), 0.1));

  test('a right gradient has order 2', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { order } = taylorRemainders(line, { a: tensor1d([0]) }, ({ a }) => losses(a), { seed });
      expect(order).toBeGreaterThan(1.9);
    }
  });

  test('a wrong one has order 1', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const loss = ({ a }: { a: Tensor }) => losses(changedGradient(a, (dy) => mul(dy, 1.1)));
      expect(taylorRemainders(line, { a: tensor1d([0]) }, loss, { seed }).order).toBeLessThan(1.1);
    }
  });

  test('where the caller leaves none to judge by, the test chooses them itself', () => {
    const [told, chosen] = [{ rows: () => [] }, {}].map((rows) =>
      taylorRemainders(line, { a: tensor1d([0]) }, ({ a }) => losses(a), rows),
    );
    expect(told).toEqual(chosen);
  });
});

test('the same seed goes the same way', () => {
  const given = params();
  const [one, same, other] = [1, 1, 2].map((seed) => taylorRemainders(layout, given, quadratic, { seed }));
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

test('a loss that is not a number has no order', () => {
  expect(taylorRemainders(layout, params(), ({ a }) => mul(sum(a), Number.NaN)).order).toBeNaN();
});

test('it takes two steps at least', () => {
  expect(() => taylorRemainders(layout, params(), quadratic, { steps: [0.5] })).toThrowError(/at least two steps/);
});
