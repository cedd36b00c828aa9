import { dots, line, pageTheme, plot } from '@diffeo/charts';
import { flow } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, score, useWasm } from '@diffeo/trainer';

await useWasm();
const moons = twoMoons();
const layers = [standardise(), ...realNVP({ layers: 8, hidden: [32, 32] })];
const model = flow({ eventShape: [2], layers });
const { params, history } = await fit(model, toTensor(moons.sample(10_000, 1)), {
  steps: 600,
  learningRate: 5e-3,
  clipNorm: 1,
  seed: 1,
});

const losses = history.map(({ step, train }) => [step, train]);
const least = [0, 600].map((step) => [step, moons.entropy]);
console.log(
  plot({
    title: 'The loss falls towards the least possible',
    width: 480,
    height: 240,
    theme: pageTheme,
    x: { domain: [0, 600], label: 'step' },
    y: { domain: [0.9, 2.5], label: 'loss, nats' },
    marks: [
      line({ points: losses }),
      line({ points: least, color: 'muted', dash: [5, 4] }),
    ],
  }),
);

const samples = model.sample(params, { count: 1500, seed: 2 });
console.log(
  plot({
    title: 'Samples of the flow: two moons',
    width: 480,
    height: 280,
    theme: pageTheme,
    x: { domain: [-1.5, 2.5] },
    y: { domain: [-1, 1.5] },
    marks: [dots({ points: samples.arraySync(), opacity: 0.6 })],
  }),
);

const scores = await score(model, params, toTensor(moons.sample(5000, 3)));
const loss = -scores.reduce((sum, value) => sum + value, 0) / scores.length;
console.log('nats above the truth:', (loss - moons.entropy).toFixed(2));
