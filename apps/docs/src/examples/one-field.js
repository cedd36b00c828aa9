import { dots, pageTheme, plot } from '@diffeo/charts';
import { flow, normal } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { ffjord, flowMatching } from '@diffeo/layers-continuous';
import { standardise } from '@diffeo/layers-elementwise';
import { minimise, score, useWasm } from '@diffeo/trainer';

await useWasm();
const moons = twoMoons();
const model = flow({
  eventShape: [2],
  layers: [standardise(), ...ffjord({ hidden: [64, 64], tolerance: 1e-3 })],
});
const options = {
  steps: 1500,
  learningRate: 1e-2,
  ema: 0.99,
  seed: 1,
  validation: 0,
};
const { params } = await minimise(model, flowMatching(model), {
  data: toTensor(moons.sample(10_000, 1)),
  ...options,
});

// Samples of the trained flow, and the log-likelihood of unseen points by the same equation.
const samples = model.toData(params, normal([1000, 2], 2));
console.log(
  plot({
    title: 'What began as a normal cloud',
    width: 480,
    height: 280,
    theme: pageTheme,
    x: { domain: [-1.5, 2.5] },
    y: { domain: [-1, 1.5] },
    marks: [dots({ points: samples.arraySync(), opacity: 0.6 })],
  }),
);
const scores = await score(model, params, toTensor(moons.sample(2000, 3)));
const loss = -scores.reduce((sum, value) => sum + value, 0) / scores.length;
console.log('nats above the truth:', (loss - moons.entropy).toFixed(1));
