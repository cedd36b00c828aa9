import { add, mean, mul, square, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEachBackend } from '../../../test/backends.ts';
import { differentiate } from './engine.ts';
import { registerGradients } from './gradient-table.ts';
import { scaleGradient, stopGradient } from './stop-gradient.ts';

onEachBackend('gradients', () => {
  const x = () => tensor1d([1, 2, 3]);
  const gradientOf = (f: (x: Tensor) => Tensor) => {
    registerGradients();
    const at = x();
    const { value, grads } = differentiate(() => f(at), [at]);
    return { value: value.dataSync()[0], gradient: grads[0] ? [...grads[0].dataSync()] : null };
  };

  test('stop where they are told to', () => {
    expect(gradientOf((given) => sum(square(stopGradient(given))))).toEqual({ value: 14, gradient: null });
    expect(gradientOf((given) => sum(mul(given, stopGradient(square(given)))))).toEqual({
      value: 36,
      gradient: [1, 4, 9],
    });
  });

  test('are scaled on their way back', () => {
    const scaled = gradientOf((given) => mean(add(scaleGradient(given, mul(tensor1d([1, 0, -2]), 3)), given)));
    expect(scaled.value).toBe(4);
    for (const [i, expected] of [4 / 3, 1 / 3, -5 / 3].entries()) {
      expect(scaled.gradient?.[i]).toBeCloseTo(expected, 6);
    }
  });
});
