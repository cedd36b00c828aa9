import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { installMatchers } from '@diffeo/testing/vitest';
import { eye, fused, mul, setBackend, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ActivationName, activations } from './activation.ts';

installMatchers();

interface Truth {
  readonly value: (z: number) => number;
  readonly slope: (z: number) => number;
  readonly curvature: (z: number) => number;
}

const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
const truths: Readonly<Record<ActivationName, Truth>> = {
  relu: { value: (z) => Math.max(0, z), slope: (z) => (z > 0 ? 1 : 0), curvature: () => 0 },
  tanh: {
    value: Math.tanh,
    slope: (z) => 1 - Math.tanh(z) ** 2,
    curvature: (z) => -2 * Math.tanh(z) * (1 - Math.tanh(z) ** 2),
  },
  elu: {
    value: (z) => (z > 0 ? z : Math.expm1(z)),
    slope: (z) => (z > 0 ? 1 : Math.exp(z)),
    curvature: (z) => (z > 0 ? 0 : Math.exp(z)),
  },
  sigmoid: {
    value: logistic,
    slope: (z) => logistic(z) * (1 - logistic(z)),
    curvature: (z) => logistic(z) * (1 - logistic(z)) * (1 - 2 * logistic(z)),
  },
};
const names = Object.keys(truths) as ActivationName[];

/** A row with the points where formulas break among ordinary ones. 0 stands apart: relu has no slope there. */
const points = fc
  .array(fc.float({ min: -30, max: 30, noNaN: true }), { maxLength: 6 })
  .map((drawn) => Float32Array.from([...drawn, 1e-6, -1e-6, 10, -10, 1e3, -1e3]).filter((z) => z !== 0));
const row = (values: Float32Array): Tensor => tensor2d(values, [1, values.length]);

describe.each(['cpu', 'wasm'])('activations on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  describe.each(names)('%s', (name) => {
    const { apply, derivative, fused: kernelName } = activations[name];
    const { value, slope, curvature } = truths[name];
    const slopeOf = (f: (z: Tensor) => Tensor, z: Tensor): Tensor =>
      differentiate(() => sum(f(z)), [z]).grads[0] as Tensor;

    test('value, slope from its own output, slope on a tape and second slope are those of the function', () => {
      fc.assert(
        fc.property(points, (values) => {
          tidied(() => {
            const z = row(values);
            expect(apply(z)).toBeCloseToTensor(values.map(value));
            expect(derivative(apply(z))).toBeCloseToTensor(values.map(slope));
            expect(slopeOf(apply, z)).toBeCloseToTensor(values.map(slope));
            expect(slopeOf((at) => slopeOf(apply, at), z)).toBeCloseToTensor(values.map(curvature));
          });
        }),
        { numRuns: 30 },
      );
    });

    test('both slopes agree at 0', () => {
      tidied(() => {
        const z = zeros([1, 3]);
        expect(derivative(apply(z))).toBeCloseToTensor(slopeOf(apply, z), 0);
      });
    });

    test('tfjs knows it by its fused name, or leaves the activation to us', () => {
      fc.assert(
        fc.property(points, (values) => {
          tidied(() => {
            const z = row(values);
            const same = fused.matMul({ a: z, b: eye(values.length), activation: kernelName });
            expect(same).toBeCloseToTensor(kernelName === 'linear' ? mul(z, 1) : apply(z));
          });
        }),
        { numRuns: 20 },
      );
    });
  });
});
