import '@tensorflow/tfjs-backend-cpu';
import { flow, randomSource } from '@diffeo/core';
import { ready, setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { standardise } from './standardise.ts';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

async function started(values: readonly number[]): Promise<{ mean: number; scale: number }> {
  const model = flow({ eventShape: [1], layers: [standardise({ robust: true })] });
  const layer = (await model.start(model.init(1), tensor2d([...values], [values.length, 1]))).layers[0] as {
    mean: Tensor;
    scale: Tensor;
  };
  return { mean: layer.mean.dataSync()[0] as number, scale: layer.scale.dataSync()[0] as number };
}

test('one row far away moves neither centre nor scale', async () => {
  const source = randomSource(1);
  const ordinary = Array.from({ length: 2000 }, () => 5 + 2 * source.normal());
  const { mean, scale } = await started(ordinary);
  expect(Math.abs(mean - 5)).toBeLessThan(0.2);
  expect(Math.abs(scale - 2)).toBeLessThan(0.2);
  for (const far of [1e4, 1e6, 1e9, -1e30]) {
    const moved = await started([...ordinary.slice(1), far]);
    expect(Math.abs(moved.mean - mean)).toBeLessThan(0.02);
    expect(Math.abs(moved.scale - scale)).toBeLessThan(0.02);
  }
});

test('a column of which nearly all is one number has a scale, and a constant one the scale 1', async () => {
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  for (const ones of [1, 5, 20, 60, 120]) {
    const { scale } = await started([...zeros(1000 - ones), ...Array.from({ length: ones }, (_, i) => 1 + i)]);
    expect(scale).toBeGreaterThan(1e-3);
  }
  expect(await started([7, 7, 7])).toEqual({ mean: 7, scale: 1 });
  expect(await started([7])).toEqual({ mean: 7, scale: 1 });
});
