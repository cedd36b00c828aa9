import { dots, pageTheme, plot } from '@diffeo/charts';
import { flow, uniform } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, useWasm } from '@diffeo/trainer';
import { tensor } from '@tensorflow/tfjs-core';

await useWasm();
// The simulator: a ball thrown at an angle (degrees) with a speed (m/s) flies
// so far (m), and is measured to half a metre.
const fly = (angle, speed) =>
  (speed ** 2 * Math.sin((angle * Math.PI) / 90)) / 9.81;
const u = uniform([20_000, 3], 1).arraySync();
const throws = u.map(([a, b]) => [10 + 70 * a, 5 + 10 * b]); // the prior
const distances = throws.map(
  ([angle, speed], i) => fly(angle, speed) + u[i][2] - 0.5,
);

// A context goes to the networks as it is: bring it to about mean 0, deviation 1.
const scaled = (distance) => (distance - 8) / 5;
const x = tensor(throws); // [20000, 2], what is asked for
const context = tensor(distances.map((d) => [scaled(d)])); // [20000, 1], what is seen

const layers = [standardise(), ...realNVP({ layers: 8, hidden: [32, 32] })];
const model = flow({ eventShape: [2], contextShape: [1], layers });
const { params } = await fit(
  model,
  { x, context },
  { steps: 800, learningRate: 4e-3, seed: 1 },
);

// A ball landed at 10 m. How was it thrown?
const seen = tensor([[scaled(10)]]);
const posterior = model
  .sample(params, { count: 1500, seed: 2, context: seen })
  .arraySync();
console.log(
  plot({
    title:
      'The throws that may have done it lie along a curve: low and fast, high and fast, or between and slow',
    width: 480,
    height: 300,
    theme: pageTheme,
    x: {
      domain: [0, 90],
      label: 'angle, degrees',
      ticks: [0, 15, 30, 45, 60, 75, 90],
    },
    y: { domain: [5, 16], label: 'speed, m/s' },
    marks: [dots({ points: posterior, opacity: 0.6 })],
  }),
);

const again = posterior
  .map(([angle, speed]) => fly(angle, speed))
  .sort((a, b) => a - b);
console.log(
  'thrown again, nine of ten land between',
  again[75].toFixed(1),
  'and',
  again[1425].toFixed(1),
  'm',
);
