import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, mul, setBackend, square, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { logitInFloat64, logitInverseInFloat64, logSlopeInFloat64 } from '../../../test/logistics-in-float64.ts';
import { mixtureOfLogisticsTransform } from './mixture-of-logistics.ts';

installMatchers();

const bound = 5;
const transform = mixtureOfLogisticsTransform({ components: 3, bound });
const repeated = (raw: readonly number[], rows: number): Tensor =>
  tensor2d(Array.from({ length: rows }, () => [...raw]));

describe.each(['cpu', 'wasm'])('mixtureOfLogistics on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test.each([1, 2, 3, 4, 5, 6])('is a float64 evaluation, far into both tails: seed %i', (seed) => {
    tidied(() => {
      const raw = [...mul(normal([9], seed), 2).dataSync()];
      const points = [-1e3, -300, -30, -7, -2, -0.5, 0, 0.3, 1, 4, 12, 90, 700];
      const { value, logSlope } = transform.inverse(tensor2d(points, [13, 1]), repeated(raw, 13));
      for (const [i, x] of points.entries()) {
        const [v, l] = [value.dataSync()[i] as number, logSlope.dataSync()[i] as number];
        const truth = logitInFloat64(raw, bound, x);
        expect(Math.abs(v - truth)).toBeLessThan(3e-6 * (10 + Math.abs(truth)));
        expect(Math.abs(l - logSlopeInFloat64(raw, bound, x))).toBeLessThan(1e-3);
      }
    });
  });

  test.each([1, 2, 3, 4, 5, 6])('reaches every logit, at once where one float32 is: seed %i', (seed) => {
    tidied(() => {
      const raw = [...mul(normal([9], seed), 3).dataSync()];
      const logits = [-500, -60, -17, -3, -0.2, 0, 0.7, 2, 9, 20, 88, 400];
      const { value, logSlope } = transform.forward(tensor2d(logits, [12, 1]), repeated(raw, 12));
      for (const [i, y] of logits.entries()) {
        const x = value.dataSync()[i] as number;
        const truth = logitInverseInFloat64(raw, bound, y);
        // What a rounding of y and of x amounts to.
        const slope = Math.exp(logSlopeInFloat64(raw, bound, truth));
        const rounding = 3e-6 * ((10 + Math.abs(y)) / slope + 1 + Math.abs(truth));
        expect(Math.abs(x - truth)).toBeLessThan(rounding);
        expect((logSlope.dataSync()[i] as number) + logSlopeInFloat64(raw, bound, x)).toBeCloseTo(0, 2);
      }
    });
  });

  test('reaches logits of components of which one is a hundred million times as wide as another', () => {
    tidied(() => {
      const wide = mixtureOfLogisticsTransform({ components: 2, bound: 10 });
      for (const raw of [
        [0, 0, 0, 0, 30, -30],
        [3, -3, 0.3, -20, 30, -30],
        [-4, 4, 5, 2, -30, 30],
      ]) {
        const logits = [-12, -3, -0.2, 0, 0.7, 2, 6, 11];
        const found = wide.forward(tensor2d(logits, [8, 1]), repeated(raw, 8)).value.dataSync();
        for (const [i, y] of logits.entries()) {
          const truth = logitInverseInFloat64(raw, 10, y);
          expect(Math.abs((found[i] as number) - truth)).toBeLessThan(2e-5 * (1 + Math.abs(truth)));
        }
      }
    });
  });

  test.each(['forward', 'inverse'] as const)(
    '%s: first and second derivatives are those of differences',
    (direction) => {
      const [raw, points] = [[...normal([9], 8).dataSync()], [0.4, -1.2]];
      const host = (at: readonly number[]): number => {
        const own = at.slice(2);
        return at.slice(0, 2).reduce((total, v) => {
          if (direction === 'inverse')
            return total + logitInFloat64(own, bound, v) ** 2 + logSlopeInFloat64(own, bound, v);
          const x = logitInverseInFloat64(own, bound, v);
          return total + x ** 2 - logSlopeInFloat64(own, bound, x);
        }, 0);
      };
      const at = [...points, ...raw];
      const difference = (f: (at: readonly number[]) => number, i: number, step: number) => {
        const moved = (by: number) => f(at.map((v, j) => (j === i ? v + by : v)));
        return (moved(step) - moved(-step)) / (2 * step);
      };
      tidied(() => {
        const [x, all] = [tensor2d(points, [2, 1]), repeated(raw, 2)];
        const total = () => {
          const { value, logSlope } = transform[direction](x, all);
          return add(sum(square(value)), sum(logSlope));
        };
        const { grads } = differentiate(total, [x, all]);
        expect(grads[0] as Tensor).toBeCloseToTensor(
          [0, 1].map((i) => difference(host, i, 1e-3)),
          5e-3,
        );
        const byRaw = sum(grads[1] as Tensor, 0);
        expect(byRaw).toBeCloseToTensor(
          raw.map((_, i) => difference(host, i + 2, 1e-3)),
          5e-3,
        );
        const first = () => sum(differentiate(total, [x]).grads[0] as Tensor);
        const second = differentiate(first, [x]).grads[0] as Tensor;
        const curvature = [0, 1].map((i) => {
          const moved = (by: number) => host(at.map((v, j) => (j === i ? v + by : v)));
          return (moved(0.01) - 2 * moved(0) + moved(-0.01)) / 1e-4;
        });
        expect(second).toBeCloseToTensor(curvature, 3e-2);
      });
    },
  );

  test('starts near the identity, with components apart; one alone is the identity', () => {
    tidied(() => {
      const x = mul(normal([64, 1], 1), 2);
      const { value, logSlope } = transform.inverse(x, zeros([64, 9]));
      expect(value).toBeCloseToTensor(x, 0.3);
      expect(logSlope).toBeCloseToTensor(zeros([64, 1]), 0.2);
      const one = mixtureOfLogisticsTransform({ components: 1, bound });
      expect(one.inverse(x, zeros([64, 3])).value).toBeCloseToTensor(x, 2e-6);
    });
  });

  test('is finite, with finite gradients, for all finite parameters and numbers', () => {
    tidied(() => {
      for (const said of [1e3, -1e3, 1e30]) {
        const raw = mul(normal([6, 9], 4), said);
        const x = tensor2d([0, 1e-6, -10, 1e3, 1e30, -1e30], [6, 1]);
        for (const direction of ['forward', 'inverse'] as const) {
          const { grads } = differentiate(() => {
            const { value, logSlope } = transform[direction](x, raw);
            expect(value).toBeFiniteTensor();
            expect(logSlope).toBeFiniteTensor();
            return add(sum(mul(value, 1e-30)), sum(logSlope));
          }, [x, raw]);
          for (const gradient of grads) expect(gradient as Tensor).toBeFiniteTensor();
        }
      }
    });
  });
});
