import { disposeParams, type Flow, type FlowParams, flow, leaves, mapParams, normal } from '@diffeo/core';
import { copyTensor } from '@diffeo/core/engine';
import { realNVP } from '@diffeo/layers-coupling';
import { memory, mul, type Tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { adam } from './adam.ts';
import { startTrainState } from './start-train-state.ts';
import type { Gradient } from './train-state.ts';

/** Algorithm 1 of the paper after clipping, word for word, in float64. */
function reference(start: readonly number[], gradients: readonly (readonly number[])[], rate: number, clip: number) {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const parameters = [...start];
  const [first, second] = [start.map(() => 0), start.map(() => 0)];
  for (const [i, gradient] of gradients.entries()) {
    const norm = Math.hypot(...gradient);
    for (const [j, raw] of gradient.entries()) {
      const g = norm > clip ? (raw * clip) / norm : raw;
      first[j] = beta1 * (first[j] as number) + (1 - beta1) * g;
      second[j] = beta2 * (second[j] as number) + (1 - beta2) * g * g;
      const [mean, square] = [
        (first[j] as number) / (1 - beta1 ** (i + 1)),
        (second[j] as number) / (1 - beta2 ** (i + 1)),
      ];
      parameters[j] = (parameters[j] as number) - (rate * mean) / (Math.sqrt(square) + epsilon);
    }
  }
  return parameters;
}

const model: Flow = flow({ eventShape: [2], layers: realNVP({ layers: 1, hidden: [3] }) });
const tensorsOf = (params: FlowParams) => leaves(model.layout, params).map(({ tensor }) => tensor as Tensor);
const numbersOf = (params: FlowParams) => tensorsOf(params).flatMap((tensor) => [...tensor.dataSync()]);
const never = () => false;

/** A gradient in so many parts, one of them tensors, as workers that share a batch have it. */
function unaliased(gradient: readonly Tensor[], parts: number): Gradient[] {
  if (parts === 0) return [Float32Array.from(gradient.flatMap((tensor) => [...tensor.dataSync()]))];
  const part = gradient.map((tensor) => mul(tensor, 1 / parts));
  const numbers = Float32Array.from(part.flatMap((tensor) => [...tensor.dataSync()]));
  return Array.from({ length: parts }, (_, i) => (i === parts >> 1 ? part : numbers));
}

/** A gradient of every leaf, whose scale changes from step to step. */
const slope = (params: FlowParams, step: number) =>
  tensorsOf(params).map(({ shape }, i) => mul(normal(shape, 100 * step + i), 10 ** (step % 5)));

describe.each([
  ['composed', false],
  ['by the kernel', true],
])('%s', (_, kernels) => {
  beforeEach(async () => {
    const { installKernels } = await import('@diffeo/kernels-wasm');
    await useWasm();
    if (!kernels) (await installKernels()).uninstall();
  });

  test('a gradient whose squares are beyond float32 is shortened like any other', async () => {
    const after = async (size: number, clipNorm: number) => {
      const down = startTrainState(model, model.init(1), { optimiser: adam(), clipNorm, freeze: never });
      const norm = await down.applyGradients([slope(down.params, 1).map((tensor) => mul(tensor, size))], 0.01);
      const numbers = numbersOf(down.params);
      down.dispose();
      return { norm, numbers };
    };
    const [small, large] = [await after(1, 1), await after(1e25, 1)];
    expect(large.norm / small.norm / 1e25).toBeCloseTo(1, 4);
    for (const [i, number] of large.numbers.entries()) expect(number).toBeCloseTo(small.numbers[i] as number, 6);
    const unclipped = await after(1e25, Infinity);
    expect(unclipped.norm).toBe(Infinity);
    expect(unclipped.numbers).toEqual(numbersOf(model.init(1)));
  });

  test.each([5, Infinity])('the steps are those of the paper, with gradients clipped to %d', async (clipNorm) => {
    const down = startTrainState(model, model.init(1), { optimiser: adam(), clipNorm, freeze: never });
    const start = numbersOf(down.params);
    const gradients: number[][] = [];
    for (let step = 0; step < 12; step++) {
      const found = slope(down.params, step);
      const numbers = found.flatMap((tensor) => [...tensor.dataSync()]);
      gradients.push(numbers);
      const norm = await down.applyGradients(unaliased(found, step % 4), 0.02);
      expect(norm / Math.hypot(...numbers)).toBeCloseTo(1, 5);
    }
    const expected = reference(start, gradients, 0.02, clipNorm);
    for (const [i, value] of numbersOf(down.params).entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
  });

  test('what is frozen stays', async () => {
    const freeze = (path: string) => path.endsWith('bias');
    const down = startTrainState(model, model.init(1), { optimiser: adam(), clipNorm: 5, freeze });
    const before = leaves(model.layout, down.params).map(({ tensor }) => [...(tensor as Tensor).dataSync()]);
    const trained = leaves(model.layout, down.params).filter(({ path }) => !freeze(path));
    const gradient = trained.map(({ tensor }, i) => normal((tensor as Tensor).shape, i));
    await down.applyGradients(
      [gradient, new Float32Array(gradient.reduce((size, tensor) => size + tensor.size, 0))],
      0.1,
    );
    for (const [i, { path, tensor }] of leaves(model.layout, down.params).entries()) {
      const same = JSON.stringify([...(tensor as Tensor).dataSync()]) === JSON.stringify(before[i]);
      expect(same, path).toBe(freeze(path));
    }
  });

  test('a gradient that is not finite changes nothing, then or later', async () => {
    const [a, b] = [1, 2].map(() =>
      startTrainState(model, model.init(1), { optimiser: adam(), clipNorm: 5, freeze: never }),
    );
    for (const down of [a, b]) await down?.applyGradients([slope(model.init(1), 0)], 0.1);
    const broken = slope(model.init(1), 1).map((tensor, i) => (i === 2 ? mul(tensor, Number.NaN) : tensor));
    expect(await a?.applyGradients([broken], 0.1)).toBeNaN();
    for (const down of [a, b]) await down?.applyGradients([slope(model.init(1), 2)], 0.1);
    expect(numbersOf(a?.params as FlowParams)).toEqual(numbersOf(b?.params as FlowParams));
  });

  test('the gradient of a loss that is not finite changes nothing', async () => {
    const down = startTrainState(model, model.init(1), { optimiser: adam(), clipNorm: 5, freeze: never });
    const before = numbersOf(down.params);
    const norm = await down.applyGradients([slope(model.init(1), 0)], 0.1, { loss: Promise.resolve(Infinity) });
    expect(norm).toBeGreaterThan(0);
    expect(numbersOf(down.params)).toEqual(before);
    down.dispose();
  });

  test('leaves no tensor, and the gradients to whoever gave them', async () => {
    const gradients = slope(model.init(1), 0);
    const initial = mapParams(model.layout, model.init(1), (tensor) => tensor && copyTensor(tensor));
    const before = memory().numTensors;
    const down = startTrainState(model, initial, { optimiser: adam(), clipNorm: 5, freeze: never });
    await down.applyGradients([gradients, ...unaliased(gradients, 0)], 0.1);
    down.dispose();
    expect(before - memory().numTensors).toBe(tensorsOf(initial).length);
    expect(gradients.every(({ isDisposed }) => !isDisposed)).toBe(true);
    disposeParams(model.layout, model.init(1));
  });
});
