import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { disposeParams, leaf, leaves } from '@diffeo/core';
import { setBackend, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { countTensors } from './count-tensors.ts';
import { pushParams } from './push-params.ts';
import { randomiseParams } from './randomise-params.ts';

const layout = {
  weight: leaf([100, 40]),
  bias: leaf([40]),
  order: leaf([3], { dtype: 'int32' }),
  mean: leaf([2], { trainable: false }),
  unstarted: leaf([2], { fromData: true }),
};
const params = () => ({
  weight: zeros([100, 40]),
  bias: zeros([40]),
  order: tensor([2, 0, 1], [3], 'int32'),
  mean: tensor([4, 5]),
  unstarted: null,
});
const spread = (given: Tensor): number => {
  const values = [...given.dataSync()];
  return Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length);
};

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeEach(async () => {
    await setBackend(backend);
  });

  test('randomising moves trainable leaves, matrices by the root of what they sum over', () => {
    const moved = randomiseParams(layout, params(), 1, 0.8);
    expect(spread(moved.bias)).toBeCloseTo(0.8, 0);
    expect(spread(moved.weight)).toBeCloseTo(0.08, 2);
    expect([...moved.order.dataSync()]).toEqual([2, 0, 1]);
    expect([...moved.mean.dataSync()]).toEqual([4, 5]);
    expect(moved.unstarted).toBeNull();
  });

  test('randomising depends on the seed and on nothing else', () => {
    const given = params();
    const [one, same, other] = [1, 1, 2].map((seed) => [...randomiseParams(layout, given, seed).bias.dataSync()]);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('pushing sets every trainable entry and no other', () => {
    const pushed = pushParams(layout, params(), -20);
    expect([...pushed.bias.dataSync()]).toEqual(Array(40).fill(-20));
    expect([...pushed.mean.dataSync()]).toEqual([4, 5]);
    expect(pushed.unstarted).toBeNull();
  });

  test.each([
    ['randomised', () => randomiseParams(layout, source, 1)],
    ['pushed', () => pushParams(layout, source, 1)],
  ])('%s parameters are a copy of their own', (_, make) => {
    source = params();
    expect(countTensors(() => disposeParams(layout, make()))).toBe(0);
    expect(leaves(layout, source).every(({ tensor: kept }) => !kept?.isDisposed)).toBe(true);
  });
});

let source = {} as ReturnType<typeof params>;

test('counting tells what is left over and what is gone', () => {
  const kept = zeros([1]);
  expect(countTensors(() => [zeros([1]), zeros([2])])).toBe(2);
  expect(countTensors(() => kept.dispose())).toBe(-1);
});
