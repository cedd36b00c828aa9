import { dots, pageTheme, plot } from '@diffeo/charts';
import { flow, randomSource } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, score, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';

await useWasm();
// A house uses more power when it is cold outside, and when it is hot:
// rows of [temperature, power].
const hours = (count, seed) => {
  const source = randomSource(seed);
  return Array.from({ length: count }, () => {
    const temperature = 20 + 5 * source.normal();
    return [temperature, 100 + 0.5 * (temperature - 20) ** 2 + 4 * source.normal()];
  });
};

const model = flow({
  eventShape: [2],
  layers: [standardise(), ...realNVP({ layers: 8, hidden: [32, 32] })],
});
const { params } = await fit(model, tensor2d(hours(10_000, 1)), {
  steps: 800,
  learningRate: 5e-3,
  seed: 1,
});

// The threshold: one usual hour in a hundred scores lower.
const heldOut = [...(await score(model, params, tensor2d(hours(10_000, 2))))].sort(
  (a, b) => a - b,
);
const threshold = heldOut[100];

// Five hours at which something was wrong. No number is unusual by itself,
// only beside the other.
const strange = [
  [20, 130],
  [10, 105],
  [29, 102],
  [25, 140],
  [14, 145],
];
const now = [...hours(500, 3), ...strange];
const scores = await score(model, params, tensor2d(now));

const isOdd = (row) => scores[now.indexOf(row)] < threshold;
console.log(
  plot({
    title: 'Power against temperature is a parabola; the odd hours lie off it',
    width: 480,
    height: 300,
    theme: pageTheme,
    x: { domain: [0, 40], label: 'temperature, °C' },
    y: { domain: [80, 240], label: 'power, W' },
    marks: [
      dots({ points: now.filter((row) => !isOdd(row)), opacity: 0.6 }),
      dots({ points: now.filter(isOdd), color: 'second', radius: 3 }),
    ],
  }),
);
console.log('found:', strange.filter(isOdd).length, 'of 5');
console.log('false alarms:', now.slice(0, 500).filter(isOdd).length, 'of 500');
