import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, fill, mul, setBackend, square, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { inverseInFloat64, knotsOf, type Spline, splineInFloat64 } from '../../../test/spline-in-float64.ts';
import { rationalQuadraticTransform } from './rational-quadratic.ts';
import { parameterCount } from './spline/spline-shape.ts';

installMatchers();

const directions = ['forward', 'inverse'] as const;
type Direction = (typeof directions)[number];
const truths = { inverse: splineInFloat64, forward: inverseInFloat64 };

const shapes: readonly Spline[] = [
  { bins: 8, bound: 4, tails: 'linear' },
  { bins: 2, bound: 1, tails: 'linear' },
  { bins: 16, bound: 30, tails: 'linear' },
  { bins: 5, bound: 2, tails: 'bounded' },
  { bins: 6, bound: Math.PI, tails: 'circular' },
  { bins: 4, bound: 3, tails: 'linear', leastWidth: 0.02, leastHeight: 0.01, leastSlope: 0.1 },
  { bins: 8, bound: 5, tails: 'linear', softClip: Math.log(1000) },
  { bins: 3, bound: 5, tails: 'bounded', softClip: 2, leastWidth: 0.01 },
];

const cases = fc.record({
  shape: fc.constantFrom(...shapes),
  size: fc.integer({ min: 1, max: 4 }),
  direction: fc.constantFrom(...directions),
  /** Of raw parameters. */
  scale: fc.constantFrom(0.1, 1, 3),
  seed: fc.integer(),
});

/** The raw parameters of number `j` of a row, as float64. */
const rawOf = (raw: ArrayLike<number>, row: number, j: number, size: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => raw[row * count * size + k * size + j] as number);

const apply = (shape: Spline, x: Tensor, raw: Tensor, direction: Direction) =>
  rationalQuadraticTransform(shape)[direction](x, raw);

/** One spline for every number: the same raw parameters in every row of `x` `[n, 1]`. */
const sameFor = (raw: readonly number[], rows: number): Tensor =>
  tensor2d(Array.from({ length: rows }, () => [...raw]));

const hostTotal = (shape: Spline, direction: Direction, x: number, raw: readonly number[], l = 0.7) => {
  const { value, logSlope } = truths[direction](shape, raw, x);
  return value * value + l * logSlope;
};

describe.each(['cpu', 'wasm'])('rationalQuadratic on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test('is the spline of a float64 evaluation, inside and outside, both ways', () => {
    fc.assert(
      fc.property(cases, ({ shape, size, direction, scale, seed }) => {
        tidied(() => {
          const count = parameterCount(shape);
          const x = mul(normal([6, size], seed), shape.bound / 1.5);
          const raw = mul(normal([6, count * size], seed + 1), scale);
          const { value, logSlope } = apply(shape, x, raw, direction);
          const [points, numbers, values, slopes] = [x, raw, value, logSlope].map((tensor) => tensor.dataSync());
          for (const [i, point] of [...(points as Float32Array)].entries()) {
            const own = rawOf(numbers as Float32Array, Math.floor(i / size), i % size, size, count);
            const truth = (at: number) => truths[direction](shape, own, at);
            // What rounding of the input, and of knots of the size of the bound, amounts to here.
            const step = 4e-7 * shape.bound;
            const around = [truth(point - step), truth(point), truth(point + step)] as const;
            const spread = (of: (typeof around)[number][]) => (key: 'value' | 'logSlope') =>
              Math.max(...of.map((one) => Math.abs(one[key] - around[1][key])));
            const apart = spread([...around]);
            const turned = Math.abs((values?.[i] as number) - around[1].value);
            const distance = shape.tails === 'circular' ? Math.min(turned, Math.abs(2 * shape.bound - turned)) : turned;
            const jump = shape.tails === 'circular' ? Math.min(apart('value'), 1) : apart('value');
            expect(distance).toBeLessThan(1e-5 * shape.bound + 4 * jump);
            const slopeError = Math.abs((slopes?.[i] as number) - around[1].logSlope);
            expect(slopeError).toBeLessThan(2e-4 + 4 * apart('logSlope'));
          }
        });
      }),
      { numRuns: 25 },
    );
  });

  test.each(shapes)('of %j goes through its knots, with its slopes there, and is the identity beyond', (shape) => {
    tidied(() => {
      const count = parameterCount(shape);
      const raw = [...normal([count], 3).dataSync()];
      if (shape.tails === 'circular') raw[count - 1] = 0;
      const knots = knotsOf(shape, raw);
      const inner = knots.x.slice(1, -1);
      const { value, logSlope } = apply(
        shape,
        tensor2d(inner, [inner.length, 1]),
        sameFor(raw, inner.length),
        'inverse',
      );
      expect(value).toBeCloseToTensor(knots.y.slice(1, -1), 1e-5);
      expect(logSlope).toBeCloseToTensor(knots.slopes.slice(1, -1).map(Math.log), 1e-3);
      const ends = tensor2d([[-shape.bound], [shape.bound]]);
      for (const direction of directions) {
        const there = apply(shape, ends, sameFor(raw, 2), direction);
        const distances = [...there.value.dataSync()].map((v) => Math.abs(Math.abs(v) - shape.bound));
        expect(Math.max(...distances)).toBeLessThan(3e-6 * shape.bound);
      }
      if (shape.tails === 'circular') return;
      const far = tensor2d([[-1e30], [-1.5 * shape.bound], [1.01 * shape.bound], [1e6 * shape.bound], [Infinity]]);
      for (const direction of directions) {
        const there = apply(shape, far, sameFor(raw, 5), direction);
        expect([...there.value.dataSync()]).toEqual([...far.dataSync()]);
        expect([...there.logSlope.dataSync()].every((l) => l === 0)).toBe(true);
      }
    });
  });

  test('has slope 1 at linear ends, whatever its parameters, to the bit of the log', () => {
    tidied(() => {
      const shape = { bins: 8, bound: 4, tails: 'linear' } as const;
      const at = tensor2d([[-4], [4], [-3.999999], [3.999999]]);
      const { logSlope } = apply(shape, at, mul(normal([4, 23], 5), 0.3), 'inverse');
      expect(logSlope).toBeCloseToTensor([0, 0, 0, 0], 2e-5);
    });
  });

  test.each(shapes)('of %j starts as the identity', (shape) => {
    tidied(() => {
      const x = mul(normal([64, 2], 1), shape.bound / 2);
      const inside = shape.tails === 'circular' ? mul(x, 0.2) : x;
      for (const direction of directions) {
        const { value, logSlope } = apply(shape, inside, zeros([64, 2 * parameterCount(shape)]), direction);
        expect(value).toBeCloseToTensor(inside, 1e-6 * shape.bound);
        expect(logSlope).toBeCloseToTensor(zeros([64, 2]), 2e-6);
      }
    });
  });

  test('its gradients are those of the float64 evaluation by central differences', () => {
    fc.assert(
      fc.property(cases, ({ shape, direction, seed }) => {
        tidied(() => {
          const count = parameterCount(shape);
          const x = mul(normal([1, 1], seed), shape.bound / 1.5);
          const raw = normal([1, count], seed + 1);
          const total = () => {
            const { value, logSlope } = apply(shape, x, raw, direction);
            return add(sum(square(value)), mul(0.7, sum(logSlope)));
          };
          const { grads } = differentiate(total, [x, raw]);
          const [point] = x.dataSync();
          const own = [...raw.dataSync()];
          const numbers = [point as number, ...own];
          const host = (at: readonly number[]) => hostTotal(shape, direction, at[0] as number, at.slice(1));
          const found = [...(grads[0] as Tensor).dataSync(), ...(grads[1] as Tensor).dataSync()];
          for (const [i, gradient] of found.entries()) {
            const moved = (by: number) => host(numbers.map((v, j) => (j === i ? v + by : v)));
            const difference = (step: number) => (moved(step) - moved(-step)) / (2 * step);
            const [one, other] = [difference(1e-5), difference(3e-5)];
            // At a kink, and where a circle begins again, differences say nothing.
            if (Math.abs(one - other) > 1e-3 * (1 + Math.abs(one))) continue;
            expect(Math.abs(gradient - one)).toBeLessThan(5e-3 * (1 + Math.abs(one)) * (1 + shape.bound / 10));
          }
        });
      }),
      { numRuns: 25 },
    );
  });

  test.each(directions)(
    '%s: the gradient by hand is that of the composition, which may be differentiated twice',
    (direction) => {
      tidied(() => {
        let compared = 0;
        for (const shape of shapes) {
          const count = parameterCount(shape);
          const [x, raw] = [normal([5, 2], 1), normal([5, 2 * count], 2)];
          const total = () => {
            const { value, logSlope } = apply(shape, x, raw, direction);
            return add(sum(square(value)), sum(square(logSlope)));
          };
          const byHand = differentiate(total, [x, raw]).grads as Tensor[];
          let composed: Tensor[] = [];
          const outer = () => {
            composed = differentiate(total, [x, raw]).grads as Tensor[];
            return sum(square(composed[1] as Tensor));
          };
          const [second] = differentiate(() => {
            const result = outer();
            for (const [i, gradient] of composed.entries()) {
              expect(byHand[i] as Tensor).toBeCloseToTensor(gradient, 2e-4 * (1 + shape.bound));
            }
            return result;
          }, [raw]).grads;
          // Along a line, by differences of the gradient.
          const line = normal(raw.shape, 3);
          const lengthAt = (by: number): number => {
            const moved = add(raw, mul(line, by));
            const gradient = differentiate(() => {
              const { value, logSlope } = apply(shape, x, moved, direction);
              return add(sum(square(value)), sum(square(logSlope)));
            }, [moved]).grads[0] as Tensor;
            return sum(square(gradient)).dataSync()[0] as number;
          };
          const differences = [1e-3, 3e-4].map((h) => (lengthAt(h) - lengthAt(-h)) / (2 * h));
          const [difference, other] = differences as [number, number];
          // Where a knot passes a number, the gradient jumps.
          if (Math.abs(difference - other) > 0.05 * (1 + Math.abs(difference))) continue;
          compared++;
          const [found] = sum(mul(second as Tensor, line)).dataSync();
          expect(Math.abs((found as number) - difference)).toBeLessThan(0.05 * (1 + Math.abs(difference)));
        }
        expect(compared).toBeGreaterThan(1);
      });
    },
  );

  test('is finite, with finite gradients, for all finite parameters and numbers', () => {
    tidied(() => {
      for (const shape of shapes) {
        const count = parameterCount(shape);
        for (const said of [1e3, -1e3, 1e30, -1e30]) {
          const raw = mul(normal([24, count], 4), said);
          const ends = [0, 1e-6, -1e-6, shape.bound, -shape.bound, 1e30, -1e30, shape.bound * 0.99];
          const x = tensor2d([...ends, ...ends, ...ends], [24, 1]);
          for (const direction of directions) {
            const { grads, value } = differentiate(() => {
              const result = apply(shape, x, raw, direction);
              expect(result.value).toBeFiniteTensor();
              expect(result.logSlope).toBeFiniteTensor();
              return add(sum(mul(result.value, 1e-30)), sum(result.logSlope));
            }, [x, raw]);
            expect(value).toBeFiniteTensor();
            for (const gradient of grads) expect(gradient as Tensor).toBeFiniteTensor();
          }
        }
      }
    });
  });

  test('goes there and back, at knots, at the bound and outside', () => {
    tidied(() => {
      for (const shape of shapes) {
        const count = parameterCount(shape);
        const raw = [...mul(normal([count], 6), 0.7).dataSync()];
        const knots = knotsOf(shape, raw).y.slice(1, -1);
        const points = [...knots, ...[-0.999, 0.999, 1.2, -3].map((share) => share * shape.bound)].filter(
          (v) => shape.tails !== 'circular' || Math.abs(v) <= shape.bound,
        );
        const z = tensor2d(points, [points.length, 1]);
        const there = apply(shape, z, sameFor(raw, points.length), 'forward');
        const back = apply(shape, there.value, sameFor(raw, points.length), 'inverse');
        expect(back.value).toBeCloseToTensor(z, 2e-5 * shape.bound);
        expect(add(back.logSlope, there.logSlope)).toBeCloseToTensor(fill(z.shape, 0), 5e-3);
      }
    });
  });

  test('an empty batch has gradients, and nothing is left behind', () => {
    const [x, raw] = [zeros([0, 3]), zeros([0, 69])];
    const call = () =>
      tidied(() => {
        const total = () => sum(apply(shapes[0] as Spline, x, raw, 'inverse').value);
        expect(differentiate(total, [x, raw]).grads.map((gradient) => gradient?.shape)).toEqual([
          [0, 3],
          [0, 69],
        ]);
      });
    expect(countTensors(call)).toBe(0);
    x.dispose();
    raw.dispose();
  });
});
