import { readFileSync, statSync } from 'node:fs';
import { bitsPerDim } from '@diffeo/core';
import { readDigits } from '@diffeo/datasets/node';
import { meanOf, score, useWasm } from '@diffeo/trainer';
import { memory, oneHot, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { classes, levels } from './digit-model.ts';
import { draw } from './drawing.ts';
import { digitRows } from './find-facts.ts';
import { along, between, type DigitModel, drawSamples, loadDigits, type Strip, sameHand } from './imagine.ts';

const file = new URL('./digits.safetensors', import.meta.url);
let digits: DigitModel;
beforeAll(async () => {
  await useWasm();
  digits = loadDigits(readFileSync(file));
});

const everyClass = Array.from({ length: classes }, (_, digit) => digit);
const ink = (pixels: Float32Array): number => pixels.reduce((sum, value) => sum + value, 0);

/** How many of some images are likelier as what they are to be than as any other digit. */
async function recognised({ x, labels }: { x: ReturnType<typeof digitRows>['x']; labels: readonly number[] }) {
  const scores = await Promise.all(
    everyClass.map((digit) =>
      score(digits.model, digits.params, {
        x,
        context: oneHot(
          tensor1d(
            labels.map(() => digit),
            'int32',
          ),
          classes,
        ),
      }),
    ),
  );
  const best = labels.map((_, i) =>
    everyClass.reduce((a, b) => ((scores[a]?.[i] ?? 0) >= (scores[b]?.[i] ?? 0) ? a : b)),
  );
  return best.filter((digit, i) => digit === labels[i]).length / labels.length;
}

test('the weights are small', () => {
  expect(statSync(file).size).toBeLessThan(2e6);
});

test('digits that it has never seen are likely, and likeliest as what they are', async () => {
  const all = await readDigits();
  const rows = Array.from({ length: 100 }, (_, i) => all.images.count - 100 + i);
  const data = digitRows(all, rows);
  expect(bitsPerDim(digits.model, -meanOf(await score(digits.model, digits.params, data)))).toBeLessThan(2.4);
  expect(await recognised({ x: data.x, labels: rows.map((row) => all.labels[row] as number) })).toBeGreaterThan(0.85);
});

test('somebody who knows only real digits reads its samples as what they were asked to be', async () => {
  const { images, labels } = await readDigits();
  const pixels = images.values.length / images.count;
  /** The label of the nearest real digit, whose pixels are whole numbers. */
  const read = (sample: Float32Array): number => {
    const distances = Array.from({ length: images.count }, (_, row) =>
      sample.reduce(
        (sum, value, i) => sum + (value * (levels - 1) - (images.values[row * pixels + i] as number)) ** 2,
        0,
      ),
    );
    return labels[distances.indexOf(Math.min(...distances))] as number;
  };
  let [right, all] = [0, 0];
  for (const digit of everyClass) {
    const samples = await drawSamples(digits, digit, 20, 0.7, 1);
    right += samples.filter((sample) => read(sample) === digit).length;
    all += samples.length;
  }
  expect(all).toBe(200);
  expect(right / all).toBeGreaterThan(0.9);
});

test('at temperature 0 all samples of a class are one, and they vary more as it rises', async () => {
  const spread = async (temperature: number) => {
    const strip = await drawSamples(digits, 3, 8, temperature, 1);
    return strip.reduce(
      (sum, pixels) => sum + pixels.reduce((a, value, i) => a + Math.abs(value - (strip[0]?.[i] ?? 0)), 0),
      0,
    );
  };
  expect(await spread(0)).toBe(0);
  expect(await spread(1)).toBeGreaterThan(await spread(0.3));
});

test('the way between two real digits begins and ends with them', async () => {
  const [from, to] = digits.facts.examples[4] as [number[], number[]];
  const way = await between(digits, 4, 5);
  expect(way).toHaveLength(5);
  expect([...(way[0] as Float32Array)].map((value) => Math.round(16 * value))).toEqual(from);
  expect([...(way[4] as Float32Array)].map((value) => Math.round(16 * value))).toEqual(to);
});

test('along the direction of ink there is more and more of it', async () => {
  for (const digit of [0, 3, 7]) {
    const [less, same, more] = (await along(digits, digit, 'bold', [-1.5, 0, 1.5])).map(ink) as [
      number,
      number,
      number,
    ];
    expect(less).toBeLessThan(same);
    expect(more).toBeGreaterThan(same);
  }
});

test('one latent is ten digits, each of which is likeliest as itself', async () => {
  const hand: Strip = await sameHand(digits, 0.5, 201);
  expect(hand).toHaveLength(classes);
  expect(new Set(hand.map((pixels) => pixels.join())).size).toBe(classes);
});

test('the drawing has twenty samples, ten classes, a way and an attribute, and leaves no tensor behind', async () => {
  const html = await draw();
  const before = memory().numTensors;
  for (const slot of ['samples', 'hand', 'way', 'attribute', 'says']) expect(html).toContain(`data-slot="${slot}"`);
  await drawSamples(digits, 1, 2, 0.5, 1);
  await sameHand(digits, 0.5, 1);
  await between(digits, 1, 3);
  await along(digits, 1, 'bold', [1]);
  expect(memory().numTensors).toBe(before);
});
