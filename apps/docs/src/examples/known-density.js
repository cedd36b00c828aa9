import { contours, dots, pageTheme, plot } from '@diffeo/charts';
import { flow } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { importanceSample, minimise, reverseKL, useWasm } from '@diffeo/trainer';
import {
  add,
  mul,
  slice,
  square,
  squeeze,
  sub,
  tensor2d,
} from '@tensorflow/tfjs-core';

await useWasm();

// A banana, known up to a factor: the logarithm of a density that nobody normalised.
const column = (x, i) => squeeze(slice(x, [0, i], [-1, 1]), [1]);
const logDensity = (x) => {
  const bent = sub(column(x, 1), mul(square(column(x, 0)), 0.5));
  return mul(add(square(column(x, 0)), mul(square(bent), 4)), -0.5);
};

const model = flow({
  eventShape: [2],
  layers: realNVP({ layers: 8, hidden: [32, 32] }),
});
const loss = reverseKL(model, logDensity);
const { params } = await minimise(model, loss, {
  steps: 800,
  learningRate: 5e-3,
  seed: 1,
});

const found = await importanceSample(model, params, logDensity, {
  count: 10_000,
  seed: 1,
});
console.table([
  {
    'log of the integral': found.logEvidence.toFixed(3),
    'as it is': Math.log(Math.PI).toFixed(3),
    'standard error': found.standardError.toFixed(3),
    'worth so many of 10,000 samples': Math.round(found.effectiveSampleSize),
  },
]);

const [cells, x, y] = [60, [-3.5, 3.5], [-2, 6]];
const at = ([from, to], i) => from + ((to - from) * (i + 0.5)) / cells;
const grid = Array.from({ length: cells * cells }, (_, i) => [
  at(x, i % cells),
  at(y, Math.floor(i / cells)),
]);
const values = logDensity(tensor2d(grid)).dataSync().map(Math.exp);
const samples = model.sample(params, { count: 800, seed: 2 }).arraySync();
console.log(
  plot({
    title: 'Samples of the flow lie in the banana that it was told of',
    width: 480,
    height: 340,
    theme: pageTheme,
    x: { domain: x },
    y: { domain: y },
    marks: [
      contours({
        ...{
          values,
          columns: cells,
          rows: cells,
          x,
          y,
          color: 'second',
          opacity: 0.2,
        },
        thresholds: [0.05, 0.2, 0.4, 0.6, 0.8],
      }),
      dots({ points: samples, opacity: 0.6 }),
    ],
  }),
);
