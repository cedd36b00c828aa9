import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { shuffled } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { memory, mul, ones, setBackend, square, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { permute } from './permute.ts';

const counting = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, k) => k + 1),
    [...shape],
  );

/** What `permute` must give, on the host. */
const reordered = (values: ArrayLike<number>, order: ArrayLike<number>): number[] =>
  Array.from(values, (_, k) => values[k - (k % order.length) + (order[k % order.length] as number)] as number);

/** One gradient of `f` at `x`. */
const slope = (f: (x: Tensor) => Tensor, x: Tensor): Tensor => differentiate(() => f(x), [x]).grads[0] as Tensor;

describe.each(['cpu', 'wasm'])('permute on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test('value[…, i] = x[…, order[i]], for any shape and order, on both sides of the size where the method changes', () => {
    const shapes = fc.tuple(
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
      fc.constantFrom(1, 2, 3, 7, 64, 256, 257),
    );
    fc.assert(
      fc.property(shapes, fc.integer(), ([outer, size], seed) => {
        const order = shuffled(size, seed);
        tidied(() => {
          const x = counting([...outer, size]);
          const value = permute(x, order);
          expect(value.shape).toEqual([...outer, size]);
          expect(value.dtype).toBe('float32');
          expect(Array.from(value.dataSync())).toEqual(reordered(x.dataSync(), order));
        });
      }),
      { numRuns: 40 },
    );
  });

  test.each([5, 300])('its gradient puts each number back, size %i', (size) => {
    const order = shuffled(size, 4);
    tidied(() => {
      const x = counting([3, size]);
      const weight = square(counting([3, size]));
      const gradient = slope((at) => sum(mul(permute(at, order), weight)), x);
      expect(permute(gradient, order).dataSync()).toEqual(weight.dataSync());
    });
  });

  test('it may be differentiated twice', () => {
    const order = [2, 0, 3, 1];
    tidied(() => {
      const x = counting([2, 4]);
      const weight = counting([2, 4]);
      // f = Σ w · permute(x)³, so ∂(Σ ∂f/∂x)/∂x is 6 · w · permute(x), put back.
      const cubed = (at: Tensor) => {
        const moved = permute(at, order);
        return sum(mul(weight, mul(moved, square(moved))));
      };
      const second = slope((at) => sum(slope(cubed, at)), x);
      expect(permute(second, order).dataSync()).toEqual(mul(6, mul(weight, permute(x, order))).dataSync());
    });
  });

  test('its gradient exists for an empty batch', () => {
    tidied(() => {
      const gradient = slope((x) => sum(permute(x, [1, 0])), counting([0, 2]));
      expect(gradient.shape).toEqual([0, 2]);
    });
  });

  test('it leaves one tensor behind, its value', () => {
    const x = ones([4, 3]);
    const before = memory().numTensors;
    permute(x, [2, 1, 0]).dispose();
    expect(memory().numTensors).toBe(before);
    x.dispose();
  });

  test.each([
    ['too short', [0, 1]],
    ['too long', [0, 1, 2, 3]],
    ['twice the same', [0, 1, 1]],
    ['out of range', [0, 1, 3]],
    ['negative', [0, 1, -1]],
    ['a fraction', [0, 1, 1.5]],
    ['not a number', [0, 1, Number.NaN]],
  ])('an order that is %s is refused', (_, order) => {
    const x = ones([4, 3]);
    expect(() => permute(x, order)).toThrowError(
      expect.objectContaining({ code: 'SHAPE', message: expect.stringContaining('each of 0 … 2 once') }),
    );
    x.dispose();
  });
});
