import { flow } from '@diffeo/core';
import { affineCoupling } from '@diffeo/layers-coupling';
import { useWasm } from '@diffeo/trainer';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { forgetful } from './forgetful.ts';
import { pictureOf } from './paint.ts';
import { entropy, type Looks, looks, stepsBetween, trainBoth } from './train-both.ts';

let all: readonly Looks[];
let tensorsLeft: number;
beforeAll(async () => {
  await useWasm();
  const before = memory().numTensors;
  await trainBoth(
    1,
    (seen) => {
      all = seen;
    },
    new AbortController().signal,
  );
  tensorsLeft = memory().numTensors - before;
});

const spread = (cloud: readonly (readonly [number, number])[]): number =>
  Math.max(...cloud.flatMap(([x, y]) => [Math.abs(x), Math.abs(y)]));

test('a flow that remembers the logDet comes near the entropy', () => {
  const { step, remembering } = all.at(-1) as Looks;
  expect(step).toBe(looks * stepsBetween);
  expect(remembering.loss).toBeLessThan(entropy + 0.45);
  expect(remembering.loss).toBeGreaterThan(entropy - 0.05);
  expect(remembering.trainedLoss).toBeCloseTo(remembering.loss, 4);
});

test('one that forgets it collapses: all data on one point, no density where the data are', () => {
  const { forgetting } = all.at(-1) as Looks;
  expect(forgetting.trainedLoss).toBeLessThan(Math.log(2 * Math.PI) + 0.01);
  expect(forgetting.loss).toBeGreaterThan(8);
  expect(spread(forgetting.cloud)).toBeLessThan(0.05);
  expect(Math.max(...forgetting.density)).toBeLessThan(0.01);
});

test('both begin as the same flow', () => {
  const { remembering, forgetting } = all[0] as Looks;
  expect(forgetting.loss).toBe(remembering.loss);
});

test('the picture says so', () => {
  expect(pictureOf(all)['says']).toMatch(/After \d+ steps: .* −log p is 1\d\.\d/);
});

test('training leaves no tensor behind', () => {
  expect(tensorsLeft).toBe(0);
});

test('a forgetful layer maps as the one inside, and its logDet is 0', () => {
  const [plain, without] = [affineCoupling(), forgetful({ layer: affineCoupling() })].map((layer) =>
    flow({ eventShape: [2], layers: [layer] }),
  ) as [ReturnType<typeof flow>, ReturnType<typeof flow>];
  const params = plain.init(1);
  const x = tensor2d([[0.3, -1]]);
  expect([...without.toBase(params, x).value.dataSync()]).toEqual([...plain.toBase(params, x).value.dataSync()]);
  expect(without.toBase(params, x).logDet.dataSync()[0]).toBe(0);
  expect(plain.toBase(params, x).logDet.dataSync()[0]).not.toBe(0);
});
