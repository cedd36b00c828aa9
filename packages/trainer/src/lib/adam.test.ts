import { memory, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { adam } from './adam.ts';
import { useWasm } from './backend.ts';

beforeAll(useWasm);

/** Algorithm 1 of the paper, word for word, in float64. */
function reference(start: readonly number[], gradients: readonly (readonly number[])[], rate: number): number[] {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const parameters = [...start];
  const first = start.map(() => 0);
  const second = start.map(() => 0);
  for (const [i, gradient] of gradients.entries()) {
    for (const [j, g] of gradient.entries()) {
      first[j] = beta1 * (first[j] as number) + (1 - beta1) * g;
      second[j] = beta2 * (second[j] as number) + (1 - beta2) * g * g;
      const unbiasedFirst = (first[j] as number) / (1 - beta1 ** (i + 1));
      const unbiasedSecond = (second[j] as number) / (1 - beta2 ** (i + 1));
      parameters[j] = (parameters[j] as number) - (rate * unbiasedFirst) / (Math.sqrt(unbiasedSecond) + epsilon);
    }
  }
  return parameters;
}

test('the steps are those of the paper, whatever the scale of the gradient', () => {
  const start = [1, -2, 0.5, 3];
  const gradients = Array.from({ length: 20 }, (_, i) => [Math.sin(i), 1e-6 * (i - 7), 1e4 * Math.cos(3 * i), 0]);
  const optimiser = adam();
  const reached = tidy(() => {
    let state = optimiser.init(4);
    let parameters: Tensor = tensor1d(start);
    for (const gradient of gradients) {
      ({ parameters, state } = optimiser.update(parameters, tensor1d(gradient), state, 0.05));
    }
    return [...parameters.dataSync()];
  });
  const expected = reference(start, gradients, 0.05);
  for (const [i, value] of reached.entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
});

test('an update leaves its arguments alone', () => {
  const optimiser = adam();
  const before = memory().numTensors;
  tidy(() => {
    const [parameters, gradient] = [tensor1d([1, 2]), tensor1d([3, 4])];
    const state = optimiser.init(2);
    optimiser.update(parameters, gradient, state, 0.1);
    expect([parameters, gradient, state.mean].map((tensor) => [...tensor.dataSync()])).toEqual([
      [1, 2],
      [3, 4],
      [0, 0],
    ]);
  });
  expect(memory().numTensors).toBe(before);
});
