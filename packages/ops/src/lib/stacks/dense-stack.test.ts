import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { fold, normal, type StackLayer } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  add,
  elu,
  getKernel,
  type KernelConfig,
  matMul,
  mul,
  registerKernel,
  relu,
  setBackend,
  sigmoid,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  tanh,
  unregisterKernel,
  zerosLike,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ActivationName } from './activation.ts';
import { denseStack } from './dense-stack.ts';
import type { StackOptions } from './stack-layer.ts';

installMatchers();

const functions = { relu, tanh, elu, sigmoid } as const;
const names = Object.keys(functions) as ActivationName[];

/** The stack as anyone would write it with tfjs. */
function plain(x: Tensor, layers: readonly StackLayer[], { activation, residual }: StackOptions): Tensor {
  let h = x;
  for (const [i, { weight, bias }] of layers.entries()) {
    const z = add(matMul(h as Tensor2D, weight as Tensor2D), bias);
    if (i === layers.length - 1) return z;
    const output = functions[activation](z);
    h = residual && weight.shape[0] === weight.shape[1] ? add(h, output) : output;
  }
  return h;
}

/** Weights that neither die out nor blow up, and biases that matter. */
const drawLayers = (widths: readonly number[], seed: number): readonly StackLayer[] =>
  widths.slice(1).map((outputs, i) => {
    const inputs = widths[i] as number;
    return {
      weight: mul(normal([inputs, outputs], fold(seed, 2 * i)), 1 / Math.sqrt(inputs)),
      bias: mul(0.5, normal([outputs], fold(seed, 2 * i + 1))),
    };
  });

const tensorsOf = (x: Tensor, layers: readonly StackLayer[]): readonly Tensor[] => [
  x,
  ...layers.flatMap(({ weight, bias }) => [weight, bias]),
];

/** A scalar in which every output counts differently, and not linearly. */
const total = (y: Tensor): Tensor => sum(mul(square(y), normal(y.shape, 77)));

const cases = fc.record({
  batch: fc.integer({ min: 1, max: 6 }),
  // Widths often repeat, so that residual connections occur.
  widths: fc.array(fc.constantFrom(1, 2, 3, 3, 5, 5), { minLength: 2, maxLength: 6 }),
  activation: fc.constantFrom(...names),
  residual: fc.boolean(),
  seed: fc.integer(),
});

/** Float64 on the host, one row, tanh with residual connections: the truth for central differences. */
function hostStack(x: readonly number[], layers: readonly { weight: number[]; bias: number[] }[]): readonly number[] {
  return layers.reduce((h: readonly number[], { weight, bias }, i) => {
    const z = bias.map((b, out) => h.reduce((all, v, k) => all + v * (weight[k * bias.length + out] as number), b));
    if (i === layers.length - 1) return z;
    return z.map((v, k) => Math.tanh(v) + (h.length === z.length ? (h[k] as number) : 0));
  }, x);
}

describe.each(['cpu', 'wasm'])('denseStack on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test('value and every gradient are those of the plain composition, for any shape, activation and depth', () => {
    fc.assert(
      fc.property(cases, ({ batch, widths, seed, ...options }) => {
        tidied(() => {
          const [x, layers] = [normal([batch, widths[0] as number], seed), drawLayers(widths, seed)];
          expect(denseStack(x, layers, options)).toBeCloseToTensor(plain(x, layers, options));
          const inputs = tensorsOf(x, layers);
          const fast = differentiate(() => total(denseStack(x, layers, options)), inputs);
          const slow = differentiate(() => total(plain(x, layers, options)), inputs);
          expect(fast.value).toBeCloseToTensor(slow.value, 1e-4);
          for (const [i, gradient] of fast.grads.entries()) {
            expect(gradient).toBeCloseToTensor(slow.grads[i] as Tensor, 1e-4);
          }
        });
      }),
      { numRuns: 80 },
    );
  });

  test.each(names)('%s: the gradient of a gradient is that of the plain composition', (activation) => {
    tidied(() => {
      const options = { activation, residual: true };
      const [x, layers] = [normal([3, 2], 1), drawLayers([2, 4, 4, 3], 2)];
      const inputs = tensorsOf(x, layers);
      // How the squared slope at x changes with every input, as in a gradient penalty.
      const penalty = (stack: typeof denseStack) => () =>
        sum(square(differentiate(() => total(stack(x, layers, options)), [x]).grads[0] as Tensor));
      const fast = differentiate(penalty(denseStack), inputs);
      const slow = differentiate(penalty(plain), inputs);
      expect(fast.value).toBeCloseToTensor(slow.value, 1e-4);
      for (const [i, gradient] of fast.grads.entries()) {
        expect(gradient ?? zerosLike(inputs[i] as Tensor)).toBeCloseToTensor(
          slow.grads[i] ?? zerosLike(inputs[i] as Tensor),
          1e-4,
        );
      }
    });
  });

  test('its gradients are the central differences of a float64 computation', () => {
    tidied(() => {
      const [x, layers] = [normal([1, 3], 1), drawLayers([3, 4, 4, 2], 2)];
      const { grads } = differentiate(
        () => sum(square(denseStack(x, layers, { activation: 'tanh', residual: true }))),
        tensorsOf(x, layers),
      );
      const numbers = tensorsOf(x, layers).map((tensor) => [...tensor.dataSync()]);
      const loss = (): number => {
        const [point = [], ...rest] = numbers;
        const host = layers.map((_, i) => ({ weight: rest[2 * i] as number[], bias: rest[2 * i + 1] as number[] }));
        return hostStack(point, host).reduce((all, v) => all + v * v, 0);
      };
      const expected = numbers.map((values) =>
        values.map((value, i) => {
          const at = (moved: number) => {
            values[i] = moved;
            const result = loss();
            values[i] = value;
            return result;
          };
          return (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
        }),
      );
      for (const [i, gradient] of grads.entries()) expect(gradient).toBeCloseToTensor(expected[i] as number[], 1e-4);
    });
  });

  test.each([
    ['an empty batch', 0, [3, 4, 2]],
    ['no inputs', 3, [0, 4, 2]],
    ['no outputs', 3, [3, 4, 0]],
  ] as const)('%s: shapes are right and gradients exist', (_, batch, widths) => {
    tidied(() => {
      const [x, layers] = [normal([batch, widths[0]], 1), drawLayers(widths, 2)];
      const options = { activation: 'relu', residual: false } as const;
      const y = denseStack(x, layers, options);
      expect(y.shape).toEqual([batch, widths[2]]);
      // Without inputs every row is what the biases make of it.
      const rows = Array.from({ length: batch }, () =>
        denseStack(normal([1, widths[0]], 5), layers, options).dataSync(),
      );
      if (widths[0] === 0) expect(y).toBeCloseToTensor(rows.flatMap((row) => [...row]));
      const inputs = tensorsOf(x, layers);
      const { grads } = differentiate(() => total(denseStack(x, layers, options)), inputs);
      for (const [i, gradient] of grads.entries()) {
        expect(gradient?.shape ?? (inputs[i] as Tensor).shape).toEqual((inputs[i] as Tensor).shape);
        expect(gradient?.dataSync().every(Number.isFinite) ?? true).toBe(true);
      }
    });
  });

  test('only hidden layers are residual, and only those that keep their width', () => {
    tidied(() => {
      const x = normal([2, 3], 1);
      const nothing = (inputs: number, outputs: number): StackLayer => ({
        weight: zerosLike(normal([inputs, outputs], 1)),
        bias: zerosLike(normal([outputs], 1)),
      });
      const [last] = drawLayers([3, 3], 2) as [StackLayer];
      const stack = (layers: readonly StackLayer[]) => denseStack(x, layers, { activation: 'tanh', residual: true });
      expect(stack([nothing(3, 3), last])).toBeCloseToTensor(plain(x, [last], { activation: 'tanh', residual: true }));
      expect(stack([nothing(3, 3)])).toBeCloseToTensor(zerosLike(x), 0);
      const [up] = drawLayers([4, 3], 3) as [StackLayer];
      expect(stack([nothing(3, 4), up])).toBeCloseToTensor(add(zerosLike(x), up.bias));
    });
  });

  test('weights that stand in two layers get the sum of both gradients', () => {
    tidied(() => {
      const [x, [shared, last]] = [normal([2, 3], 1), drawLayers([3, 3, 1], 2) as [StackLayer, StackLayer]];
      const options = { activation: 'elu', residual: false } as const;
      const slope = (stack: typeof denseStack) =>
        differentiate(() => total(stack(x, [shared, shared, last], options)), [shared.weight, shared.bias]).grads;
      const [fast, slow] = [slope(denseStack), slope(plain)];
      for (const [i, gradient] of fast.entries()) expect(gradient).toBeCloseToTensor(slow[i] as Tensor, 1e-4);
    });
  });

  test('on a backend without the fused product the reference runs and gives the same', () => {
    tidied(() => {
      const [x, layers] = [normal([3, 2], 1), drawLayers([2, 4, 4, 3], 2)];
      const options = { activation: 'sigmoid', residual: true } as const;
      const run = () => differentiate(() => total(denseStack(x, layers, options)), tensorsOf(x, layers));
      const fast = run();
      const kernel = getKernel('_FusedMatMul', backend) as KernelConfig;
      unregisterKernel('_FusedMatMul', backend);
      try {
        const slow = run();
        expect(slow.value).toBeCloseToTensor(fast.value);
        for (const [i, gradient] of slow.grads.entries()) expect(gradient).toBeCloseToTensor(fast.grads[i] as Tensor);
      } finally {
        registerKernel(kernel);
      }
    });
  });

  test.each(names)('%s: neither a call nor a gradient nor a second one leaves a tensor behind', (activation) => {
    const options = { activation, residual: true };
    const [x, layers] = tidied(() => [normal([3, 2], 1), drawLayers([2, 4, 4, 3], 2)] as const);
    const call = () => {
      denseStack(x, layers, options).dispose();
      const slope = () => differentiate(() => total(denseStack(x, layers, options)), [x]);
      const { value, grads } = tidied(slope);
      for (const tensor of [value, ...grads]) tensor?.dispose();
      tidied(() => {
        differentiate(() => sum(slope().grads[0] as Tensor), tensorsOf(x, layers));
      });
    };
    expect(countTensors(call)).toBe(0);
    for (const tensor of tensorsOf(x, layers)) {
      expect(tensor.isDisposed).toBe(false);
      tensor.dispose();
    }
  });
});

test('degrees that are not those of the layers are refused', () => {
  const [x, weight, bias] = [normal([2, 3], 1), normal([3, 4], 2), normal([4], 3)];
  const own = { inputs: Int32Array.of(0, 1, 2), outputs: Int32Array.of(0, 1, 2, 2) };
  const stack = (degrees: readonly (typeof own)[]) =>
    denseStack(x, [{ weight, bias }], { activation: 'relu', residual: false, degrees });
  expect(stack([own]).shape).toEqual([2, 4]);
  for (const wrong of [[], [own, own], [{ ...own, inputs: Int32Array.of(0, 1) }]]) {
    expect(() => stack(wrong)).toThrow(/a stack of layers 3 × 4 has degrees of/);
  }
});
