import { readFileSync } from 'node:fs';
import { useWasm } from '@diffeo/trainer';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { drawingChange } from '../lib/drawing-change.ts';
import { draw } from './drawing.ts';
import { follow, loadMoons, type Moons } from './follow.ts';

let moons: Moons;
beforeAll(async () => {
  await useWasm();
  moons = loadMoons(readFileSync(new URL('./moons.safetensors', import.meta.url)));
});

const points = Array.from({ length: 25 }, (_, i) => [-2 + (i % 5), -2 + Math.floor(i / 5)] as const);

test.each(points)('the table of the point %d, %d adds up to the library’s logProb', (x, y) => {
  const { steps, baseLogProb, logProb } = follow(moons, [x, y]);
  const sum = steps.reduce((total, { logDet }) => total + logDet, baseLogProb);
  expect(Math.abs(sum - logProb)).toBeLessThan(1e-5 * (1 + Math.abs(logProb)));
});

test('the base’s part is the standard normal’s at where the point ends', () => {
  const { steps, baseLogProb } = follow(moons, [-0.7, 0.7]);
  const [x = 0, y = 0] = steps.at(-1)?.point ?? [];
  expect(baseLogProb).toBeCloseTo(-(x * x + y * y) / 2 - Math.log(2 * Math.PI), 4);
});

test('data end as a cloud of mean 0 and deviation 1', () => {
  const { steps } = follow(moons, [0, 0]);
  const cloud = steps.at(-1)?.cloud.flat() ?? [];
  const mean = cloud.reduce((sum, value) => sum + value, 0) / cloud.length;
  const deviation = Math.sqrt(cloud.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cloud.length);
  expect(Math.abs(mean)).toBeLessThan(0.15);
  expect(Math.abs(deviation - 1)).toBeLessThan(0.15);
});

test('leaves no tensor behind', () => {
  const before = memory().numTensors;
  follow(moons, [0, 0]);
  expect(memory().numTensors).toBe(before);
});

test('is drawn as it was', async () => {
  expect(drawingChange(await draw(), new URL('./drawing.golden.html', import.meta.url), 0.2)).toBeNull();
});
