import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { fold, normal, type StackLayer } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  add,
  conv2d,
  elu,
  mul,
  relu,
  setBackend,
  sigmoid,
  square,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ActivationName } from './activation.ts';
import { convStack } from './conv-stack.ts';
import type { StackOptions } from './stack-layer.ts';

installMatchers();

const functions = { relu, tanh, elu, sigmoid } as const;

/** The stack as anyone would write it with tfjs. */
function plain(x: Tensor, layers: readonly StackLayer[], { activation, residual }: StackOptions): Tensor {
  let h = x;
  for (const [i, { weight, bias }] of layers.entries()) {
    const z = add(conv2d(h as never, weight as never, 1, 'same'), bias);
    if (i === layers.length - 1) return z;
    const output = functions[activation](z);
    h = residual && weight.shape[2] === weight.shape[3] ? add(h, output) : output;
  }
  return h;
}

const drawLayers = (sides: readonly number[], widths: readonly number[], seed: number): readonly StackLayer[] =>
  sides.map((side, i) => {
    const [inputs, outputs] = [widths[i] as number, widths[i + 1] as number];
    return {
      weight: mul(normal([side, side, inputs, outputs], fold(seed, 2 * i)), 1 / (side * Math.sqrt(inputs))),
      bias: mul(0.5, normal([outputs], fold(seed, 2 * i + 1))),
    };
  });

const tensorsOf = (x: Tensor, layers: readonly StackLayer[]): readonly Tensor[] => [
  x,
  ...layers.flatMap(({ weight, bias }) => [weight, bias]),
];
const total = (y: Tensor): Tensor => sum(mul(square(y), normal(y.shape, 77)));

/** Gradients by the composition: under a second tape nothing else may run. */
function composed(f: () => Tensor, inputs: readonly Tensor[]): readonly Float32Array[] {
  let found: readonly Float32Array[] = [];
  differentiate(() => {
    const { value, grads } = differentiate(f, inputs);
    found = grads.map((gradient) => (gradient as Tensor).dataSync() as Float32Array);
    return value;
  }, inputs);
  return found;
}

const cases = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 1, max: 5 }),
  layers: fc.array(fc.record({ side: fc.constantFrom(1, 3, 5), channels: fc.constantFrom(1, 2, 3, 3) }), {
    minLength: 1,
    maxLength: 3,
  }),
  channels: fc.constantFrom(1, 2, 3),
  // Rectifiers would be on their kinks now and then.
  activation: fc.constantFrom<ActivationName>('tanh', 'elu', 'sigmoid'),
  residual: fc.boolean(),
  seed: fc.integer(),
});

describe.each(['cpu', 'wasm'])('convStack on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test('has the value of the plain composition and the gradients of its own, for any shape and depth', () => {
    fc.assert(
      fc.property(cases, ({ batch, height, width, channels, layers: drawn, seed, ...options }) => {
        tidied(() => {
          const x = normal([batch, height, width, channels], seed);
          const sides = drawn.map(({ side }) => side);
          const layers = drawLayers(sides, [channels, ...drawn.map((layer) => layer.channels)], seed);
          expect(convStack(x, layers, options)).toBeCloseToTensor(plain(x, layers, options), 1e-4);
          const inputs = tensorsOf(x, layers);
          const f = () => total(convStack(x, layers, options));
          const { grads } = differentiate(f, inputs);
          for (const [i, expected] of composed(f, inputs).entries()) {
            expect(grads[i]).toBeCloseToTensor(expected, 1e-3);
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  test('rectifies', () => {
    tidied(() => {
      const [x, layers] = [normal([2, 4, 3, 2], 1), drawLayers([3, 1, 3], [2, 5, 5, 4], 2)];
      const options = { activation: 'relu', residual: false } as const;
      expect(convStack(x, layers, options)).toBeCloseToTensor(plain(x, layers, options), 1e-4);
    });
  });

  test('an empty batch works', () => {
    tidied(() => {
      const layers = drawLayers([3, 1], [2, 3, 4], 2);
      const options = { activation: 'relu', residual: false } as const;
      expect(convStack(zeros([0, 4, 3, 2]), layers, options).shape).toEqual([0, 4, 3, 4]);
    });
  });

  test('leaves nothing behind', () => {
    const options = { activation: 'tanh', residual: true } as const;
    const [x, layers] = tidied(() => [normal([2, 4, 3, 2], 1), drawLayers([3, 1, 3], [2, 5, 5, 4], 2)] as const);
    const step = () =>
      tidied(() => {
        differentiate(() => total(convStack(x, layers, options)), tensorsOf(x, layers));
      });
    expect(countTensors(step)).toBe(0);
  });
});
