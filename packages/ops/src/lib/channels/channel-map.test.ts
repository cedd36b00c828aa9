import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import {
  add,
  mul,
  scalar,
  setBackend,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { channelMap } from './channel-map.ts';

const numbers = (tensor: Tensor): number[] => [...tensor.dataSync()];

function expectClose(actual: Tensor, expected: readonly number[]): void {
  const found = numbers(actual);
  expect(found.length).toBe(expected.length);
  for (const [k, value] of expected.entries()) expect(found[k]).toBeCloseTo(value, 4);
}

describe.each(['cpu', 'wasm'])('channelMap on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });
  const scale = () => ({ shift: tensor1d([10, -1]), logScale: tensor1d([Math.log(2), 0]) });
  const matrix = () => ({ matrix: tensor2d([1, 2, 0, 3], [2, 2]), logDet: scalar(Math.log(3)) });

  test('takes the shift away and divides by the scale in front of the matrix', () => {
    tidied(() => {
      const x = tensor2d([12, 4, 10, -1], [2, 2]);
      const { value, logDet } = channelMap(x, scale(), matrix(), 'inverse');
      expectClose(value, [1 + 2 * 5, 3 * 5, 0, 0]);
      expectClose(logDet, [Math.log(1.5), Math.log(1.5)]);
    });
  });

  test('multiplies by the matrix before it scales and shifts in the other direction', () => {
    tidied(() => {
      const { value, logDet } = channelMap(tensor2d([1, 5], [1, 2]), scale(), matrix(), 'forward');
      expectClose(value, [2 * 11 + 10, 15 - 1]);
      expectClose(logDet, [Math.log(6)]);
    });
  });

  test('counts every position of an event', () => {
    tidied(() => {
      const x = normal([3, 2, 5, 2], 1);
      expectClose(channelMap(x, scale(), null, 'inverse').logDet, Array(3).fill(-10 * Math.log(2)));
      expectClose(channelMap(x, null, matrix(), 'forward').logDet, Array(3).fill(10 * Math.log(3)));
    });
  });

  test.each(['forward', 'inverse'] as const)('has second derivatives: %s', (direction) => {
    tidied(() => {
      const { shift, logScale } = scale();
      const x = normal([4, 2], 2);
      const slope = (point: Tensor): Tensor => {
        const loss = () => sum(square(channelMap(x, { shift, logScale: point }, matrix(), direction).value));
        return sum(differentiate(loss, [point]).grads[0] as Tensor);
      };
      const [second] = differentiate(() => slope(logScale), [logScale]).grads as [Tensor];
      const step = 2 ** -7;
      const at = (offset: number) => numbers(slope(add(logScale, offset)))[0] as number;
      const difference = (at(step) - at(-step)) / (2 * step);
      expect(numbers(sum(second))[0] as number).toBeCloseTo(difference, -Math.log10(Math.abs(difference) * 1e-2));
    });
  });

  test('an empty batch gives an empty value', () => {
    tidied(() => {
      const { value, logDet } = channelMap(zeros([0, 3, 2]), scale(), matrix(), 'inverse');
      expect([value.shape, logDet.shape]).toEqual([[0, 3, 2], [0]]);
    });
  });

  test('has the gradients of both parts', () => {
    tidied(() => {
      const [own, w] = [scale(), matrix()];
      const x = tensor2d([12, 4], [1, 2]);
      const loss = () => {
        const { value, logDet } = channelMap(x, own, w, 'inverse');
        return add(sum(mul(value, tensor2d([1, 10], [1, 2]))), sum(logDet));
      };
      const { grads } = differentiate(loss, [x, own.shift, own.logScale, w.matrix, w.logDet]);
      const [dx, dShift, dLogScale, dMatrix, dLogDet] = grads as [Tensor, Tensor, Tensor, Tensor, Tensor];
      // W·((x − s)·e) with (x − s)·e = [1, 5]; the slope of that is [1, 32].
      expectClose(dx, [0.5, 32]);
      expectClose(dShift, [-0.5, -32]);
      expectClose(dLogScale, [-1 - 1, -160 - 1]);
      expectClose(dMatrix, [1, 5, 10, 50]);
      expectClose(dLogDet, [1]);
    });
  });
});
