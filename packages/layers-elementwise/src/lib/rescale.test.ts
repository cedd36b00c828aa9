import '@tensorflow/tfjs-backend-cpu';
import { flow } from '@diffeo/core';
import { ready, setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { rescale } from './rescale.ts';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const model = flow({ eventShape: [2], layers: [rescale({ from: [0, 255], to: [-1, 1] })] });
const params = model.init(1);

test('the ends go to the ends, and what lies outside goes on along the line', () => {
  const { value } = model.bijector.inverse(params.layers, tensor2d([0, 255, 127.5, 510], [2, 2]), {});
  for (const [i, number] of value.dataSync().entries()) expect(number).toBeCloseTo([-1, 1, 0, 3][i] as number, 6);
});

test('logDet is the logarithm of the quotient of the widths, for each number of the event', () => {
  const { logDet } = model.bijector.inverse(params.layers, tensor2d([0, 255], [1, 2]), {});
  expect(logDet.dataSync()[0]).toBeCloseTo(2 * Math.log(2 / 255), 5);
});

test('an interval has two different finite ends, the lower first', () => {
  expect(() => rescale({ from: [1, 0], to: [0, 1] })).toThrow(/from: expected two numbers, the lower first/);
  expect(() => rescale({ from: [0, 1], to: [2, 2] })).toThrow(/to: expected two numbers, the lower first/);
  expect(() => rescale({ from: [0, Number.POSITIVE_INFINITY], to: [0, 1] })).toThrow(/from/);
});
