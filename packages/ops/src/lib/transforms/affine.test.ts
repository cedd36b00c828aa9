import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  add,
  concat,
  fill,
  mul,
  neg,
  setBackend,
  square,
  sum,
  type Tensor,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { affineTransform } from './affine.ts';
import { elementwise } from './elementwise.ts';

installMatchers();

const affine = (x: Tensor, raw: Tensor, bound: number, direction: 'forward' | 'inverse') =>
  elementwise(affineTransform(bound), x, raw, direction);

type Direction = 'forward' | 'inverse';
const directions = ['forward', 'inverse'] as const;

/** The same on the host, float64, one row: s = c·tanh(a/c), then x·eˢ + t or (x − t)·e⁻ˢ. */
function truth(x: ArrayLike<number>, raw: ArrayLike<number>, bound: number, direction: Direction) {
  const size = x.length;
  const logScales = Array.from({ length: size }, (_, i) => bound * Math.tanh((raw[i] as number) / bound));
  const sign = direction === 'forward' ? 1 : -1;
  const value = logScales.map((s, i) => {
    const [point, shift] = [x[i] as number, raw[size + i] as number];
    return sign === 1 ? point * Math.exp(s) + shift : (point - shift) * Math.exp(-s);
  });
  return { value, logDet: sign * logScales.reduce((total, s) => total + s, 0) };
}

/** A weighted sum of both outputs, with squares so that second derivatives are not those of something linear. */
function total(x: Tensor, raw: Tensor, bound: number, direction: Direction): Tensor {
  const { value, logDet } = affine(x, raw, bound, direction);
  return add(sum(square(value)), mul(3, sum(square(logDet))));
}
function hostTotal(x: readonly number[], raw: readonly number[], bound: number, direction: Direction): number {
  const { value, logDet } = truth(x, raw, bound, direction);
  return value.reduce((all, v) => all + v * v, 0) + 3 * logDet * logDet;
}

/** Central differences of a float64 function. */
const slopes = (f: (x: number[]) => number, x: readonly number[], step = 1e-4): number[] =>
  x.map((_, i) => {
    const moved = (by: number) => f(x.map((v, j) => (j === i ? v + by : v)));
    return (moved(step) - moved(-step)) / (2 * step);
  });

const cases = fc.record({
  batch: fc.integer({ min: 0, max: 5 }),
  size: fc.integer({ min: 1, max: 7 }),
  bound: fc.constantFrom(0.1, 1, 3, 10),
  direction: fc.constantFrom(...directions),
  seed: fc.integer(),
});

describe.each(['cpu', 'wasm'])('affine on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test('value and logDet are the formula, row by row, for any shape', () => {
    fc.assert(
      fc.property(cases, ({ batch, size, bound, direction, seed }) => {
        tidied(() => {
          const [x, raw] = [normal([batch, size], seed), mul(2, normal([batch, 2 * size], seed + 1))];
          const { value, logDet } = affine(x, raw, bound, direction);
          const [points, numbers] = [x.dataSync(), raw.dataSync()];
          const rows = Array.from({ length: batch }, (_, i) =>
            truth(
              points.subarray(i * size, (i + 1) * size),
              numbers.subarray(2 * i * size, 2 * (i + 1) * size),
              bound,
              direction,
            ),
          );
          expect([value.shape, logDet.shape]).toEqual([[batch, size], [batch]]);
          expect(value).toBeCloseToTensor(rows.flatMap((row) => row.value));
          expect(logDet).toBeCloseToTensor(rows.map((row) => row.logDet));
        });
      }),
      { numRuns: 60 },
    );
  });

  test('forward undoes inverse, and their logDets cancel', () => {
    fc.assert(
      fc.property(cases, ({ batch, size, seed }) => {
        tidied(() => {
          const [x, raw] = [normal([batch, size], seed), normal([batch, 2 * size], seed + 1)];
          const there = affine(x, raw, 3, 'inverse');
          const back = affine(there.value, raw, 3, 'forward');
          expect(back.value).toBeCloseToTensor(x);
          expect(back.logDet).toBeCloseToTensor(neg(there.logDet), 0);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('its gradients are those of the formula by central differences', () => {
    fc.assert(
      fc.property(cases, ({ size, direction, seed }) => {
        tidied(() => {
          const [x, raw] = [normal([1, size], seed), normal([1, 2 * size], seed + 1)];
          const [points, numbers] = [[...x.dataSync()], [...raw.dataSync()]];
          const { grads } = differentiate(() => total(x, raw, 3, direction), [x, raw]);
          expect(grads[0]).toBeCloseToTensor(
            slopes((at) => hostTotal(at, numbers, 3, direction), points),
            1e-4,
          );
          expect(grads[1]).toBeCloseToTensor(
            slopes((at) => hostTotal(points, at, 3, direction), numbers),
            1e-4,
          );
        });
      }),
      { numRuns: 30 },
    );
  });

  test.each(directions)('%s may be differentiated twice', (direction) => {
    tidied(() => {
      const [x, raw] = [normal([1, 2], 1), normal([1, 4], 2)];
      const [points, numbers] = [[...x.dataSync()], [...raw.dataSync()]];
      // The gradient, by raw, of the sum of the gradient by raw.
      const first = () => sum(differentiate(() => total(x, raw, 3, direction), [raw]).grads[0] as Tensor);
      const second = differentiate(first, [raw]).grads[0];
      const hostFirst = (at: readonly number[]) =>
        slopes((inner) => hostTotal(points, inner, 3, direction), at, 1e-3).reduce((all, v) => all + v, 0);
      expect(second).toBeCloseToTensor(slopes(hostFirst, numbers, 1e-3), 1e-3);
    });
  });

  test('an empty batch has gradients', () => {
    tidied(() => {
      const [x, raw] = [zeros([0, 3]), zeros([0, 6])];
      const { grads } = differentiate(() => total(x, raw, 3, 'inverse'), [x, raw]);
      expect(grads.map((gradient) => gradient?.shape)).toEqual([
        [0, 3],
        [0, 6],
      ]);
    });
  });

  test.each(directions)('%s stretches by at most e^bound, whatever the network says', (direction) => {
    tidied(() => {
      const shift = zeros([1, 1]);
      for (const said of [1e3, -1e3, 1e30, -1e30]) {
        const raw = concat([fill([1, 1], said), shift], 1);
        const { value, logDet } = affine(tensor2d([[2]]), raw, 3, direction);
        const logScale = (direction === 'forward' ? 3 : -3) * Math.sign(said);
        expect(logDet).toBeCloseToTensor([logScale]);
        expect(value).toBeCloseToTensor([2 * Math.exp(logScale)]);
        const { grads } = differentiate(() => total(tensor2d([[2]]), raw, 3, direction), [raw]);
        expect(grads[0]?.dataSync().every(Number.isFinite)).toBe(true);
      }
    });
  });

  test('it expands as easily as it shrinks', () => {
    tidied(() => {
      const [logScales, shift] = [normal([4, 2], 1), zeros([4, 2])];
      const up = affine(zeros([4, 2]), concat([logScales, shift], 1), 3, 'forward');
      const down = affine(zeros([4, 2]), concat([neg(logScales), shift], 1), 3, 'forward');
      expect(up.logDet).toBeCloseToTensor(neg(down.logDet), 0);
    });
  });

  test('a call and a gradient leave nothing behind', () => {
    const [x, raw] = [normal([3, 2], 1), normal([3, 4], 2)];
    const call = () =>
      tidied(() => {
        affine(x, raw, 3, 'forward');
        differentiate(() => total(x, raw, 3, 'inverse'), [x, raw]);
      });
    expect(countTensors(call)).toBe(0);
    expect(x.isDisposed || raw.isDisposed).toBe(false);
    x.dispose();
    raw.dispose();
  });
});
