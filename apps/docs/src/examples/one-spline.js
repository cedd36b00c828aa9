import { line, pageTheme, plot } from '@diffeo/charts';
import { flow, randomSource } from '@diffeo/core';
import { neuralSpline } from '@diffeo/layers-coupling';
import { fit, score, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';

await useWasm();
// Three heaps on a line.
const source = randomSource(1);
const heaps = Array.from({ length: 10_000 }, () => [
  [-2, 0.2, 2][source.integer(3)] + 0.35 * source.normal(),
]);

// One number has nothing to be conditioned on: its spline is learned as it is.
const model = flow({
  eventShape: [1],
  layers: neuralSpline({ layers: 1, bins: 16 }),
});
const { params } = await fit(model, tensor2d(heaps), {
  steps: 300,
  learningRate: 2e-2,
  seed: 1,
});

const xs = Array.from({ length: 241 }, (_, i) => -4 + i / 30);
const scores = await score(model, params, tensor2d(xs.map((x) => [x])));
const normal = (x, mean, scale) =>
  Math.exp(-0.5 * ((x - mean) / scale) ** 2) / (scale * Math.sqrt(2 * Math.PI));
const truth = (x) =>
  [-2, 0.2, 2].reduce((sum, mean) => sum + normal(x, mean, 0.35) / 3, 0);
const { value: base } = model.toBase(params, tensor2d(xs.map((x) => [x])));
const z = base.dataSync();

const chart = (title, label, top, marks) =>
  plot({
    title,
    width: 480,
    height: 220,
    theme: pageTheme,
    x: { domain: [-4, 4], label: 'x' },
    y: { domain: top, label },
    marks,
  });
console.log(
  chart(
    'The spline rises steeply where data are many',
    'z',
    [-4, 4],
    [line({ points: xs.map((x, i) => [x, z[i]]) })],
  ),
);
console.log(
  chart(
    'The density that it makes of a normal one has three heaps',
    'density',
    [0, 0.5],
    [
      line({ points: xs.map((x) => [x, truth(x)]), color: 'second', dash: [5, 4] }),
      line({ points: xs.map((x, i) => [x, Math.exp(scores[i])]) }),
    ],
  ),
);
