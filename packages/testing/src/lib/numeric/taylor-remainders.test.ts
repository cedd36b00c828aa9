import '@tensorflow/tfjs-backend-cpu';
import { leaf } from '@diffeo/core';
import { runDifferentiable } from '@diffeo/core/engine';
import { add, mul, setBackend, square, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
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
  ({ a, fixed }: Given): Tensor => {
    const [wrong] = runDifferentiable<{ a: Tensor }, readonly [Tensor]>({
      inputs: { a },
      forward: () => [add(a, 0)],
      backward: ([dy]) => ({ a: mul(dy, factor) }),
    });
    return quadratic({ a: wrong as Given['a'], fixed });
  };

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
