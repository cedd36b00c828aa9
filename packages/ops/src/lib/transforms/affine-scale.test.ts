import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { everywhere, normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { concat, mul, setBackend, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { affineTransform } from './affine.ts';
import type { AffineScale } from './affine-scale.ts';
import { rationalQuadraticTransform } from './rational-quadratic.ts';

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/** Each function with what it is in float64. */
const functions: readonly (readonly [AffineScale, (a: number) => number])[] = [
  [{ bound: 2, scale: 'tanh' }, (a) => Math.exp(2 * Math.tanh(a / 2))],
  [{ bound: 2, scale: 'atan' }, (a) => Math.exp((4 / Math.PI) * Math.atan((a * Math.PI) / 4))],
  [{ bound: Math.log(1000), scale: 'soft-clip' }, (a) => Math.exp(a / (1 + Math.abs(a / Math.log(1000))))],
  [{ bound: 3, scale: 'exp' }, Math.exp],
  [{ bound: 3, scale: 'sigmoid', offset: 2 }, (a) => sigmoid(a + 2) + 1e-3],
  [{ bound: 3, scale: 'sigmoid', least: 0 }, sigmoid],
  [{ bound: 3, scale: 'inverse-sigmoid', offset: 2 }, (a) => 1 + Math.exp(-a - 2)],
  [{ bound: 3, scale: 'softplus' }, (a) => softplus(a) + 1e-3],
  [{ bound: 3, scale: 'softplus', offset: 0.5, least: 0.1, most: 2 }, (a) => Math.min(softplus(a + 0.5) + 0.1, 2)],
];

describe.each(['cpu', 'wasm'])('scales of affine on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test.each(functions)(
    '%j: values, log-slopes and their gradients are those of its formula',
    ({ bound, ...rest }, scaleAt) => {
      tidied(() => {
        const transform = affineTransform(bound, rest);
        expect([transform.domain, transform.codomain]).toEqual([everywhere, everywhere]);
        const [x, a, t] = [normal([40, 1], 1), mul(3, normal([40, 1], 2)), normal([40, 1], 3)];
        const raw = concat([a, t], 1);
        const [points, numbers, shifts] = [x, a, t].map((tensor) => [...tensor.dataSync()]) as [
          number[],
          number[],
          number[],
        ];
        const there = transform.forward(x, raw);
        const back = transform.inverse(x, raw);
        const [grad] = differentiate(() => sum(transform.forward(x, raw).logSlope), [raw]).grads;
        const [values, slopes, inverses, gradients] = [there.value, there.logSlope, back.value, grad as Tensor].map(
          (tensor) => tensor.dataSync(),
        ) as [Float32Array, Float32Array, Float32Array, Float32Array];
        for (const [i, point] of points.entries()) {
          const [raw0, shift] = [numbers[i] as number, shifts[i] as number];
          const scale = scaleAt(raw0);
          const near = (value: number, truth: number) =>
            expect(Math.abs(value - truth)).toBeLessThan(2e-6 * (1 + Math.abs(truth)) + 2e-6 / scale);
          near(values[i] as number, point * scale + shift);
          near(inverses[i] as number, (point - shift) / scale);
          near(slopes[i] as number, Math.log(scale));
          const difference = (Math.log(scaleAt(raw0 + 1e-5)) - Math.log(scaleAt(raw0 - 1e-5))) / 2e-5;
          expect(Math.abs((gradients[2 * i] as number) - difference)).toBeLessThan(2e-4);
        }
      });
    },
  );

  test.each(functions)('%j: whatever is said, nothing but numbers comes of it', ({ bound, ...rest }) => {
    tidied(() => {
      const transform = affineTransform(bound, rest);
      const raw = tensor2d([-1e3, -40, 40, 1e3], [4, 1]);
      const x = tensor2d([1, 1, 1, 1], [4, 1]);
      const all = concat([raw, zeros([4, 1])], 1);
      const { value, logSlope } = transform.forward(x, all);
      const [gradient] = differentiate(() => sum(transform.forward(x, all).logSlope), [all]).grads;
      for (const tensor of [value, logSlope, gradient as Tensor]) {
        expect([...tensor.dataSync()].every(Number.isFinite), `${tensor}`).toBe(true);
      }
    });
  });
});

test('kernels are named for what they compute alone: another scale, and a spline of other floors, have none', () => {
  for (const [{ bound, ...rest }] of functions) {
    expect(affineTransform(bound, rest).kernel?.name).toBe(rest.scale === 'tanh' ? 'DiffeoAffine' : undefined);
  }
  const shape = { bins: 4, bound: 3, tails: 'linear' } as const;
  expect(rationalQuadraticTransform({ ...shape, leastSlope: 1e-3 }).kernel?.name).toBe('DiffeoRationalQuadratic');
  for (const other of [{ leastWidth: 0.01 }, { leastHeight: 0.01 }, { leastSlope: 0.1 }, { softClip: 2 }]) {
    expect(rationalQuadraticTransform({ ...shape, ...other }).kernel).toBeUndefined();
  }
});
