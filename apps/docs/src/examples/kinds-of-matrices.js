import { countParams, flow, normal } from '@diffeo/core';
import { actnorm } from '@diffeo/layers-glow';
import {
  fullLinear,
  lowRankLinear,
  orthogonalLinear,
  pluLinear,
  qrLinear,
  triangularLinear,
} from '@diffeo/layers-linear';
import { fit, score, useWasm } from '@diffeo/trainer';
import { matMul, tensor2d } from '@tensorflow/tfjs-core';

await useWasm();

// A Gaussian in four dimensions whose columns depend on each other.
const mix = tensor2d([
  [1, 0.8, 0.2, 0],
  [0, 0.6, 0.7, 0.3],
  [0, 0, 0.5, 0.9],
  [0, 0, 0, 0.3],
]);
const [x, unseen] = [
  matMul(normal([4000, 4], 1), mix),
  matMul(normal([20_000, 4], 2), mix),
];
const least = 2 * Math.log(2 * Math.PI * Math.E) + Math.log(1 * 0.6 * 0.5 * 0.3);

const families = {
  'none: actnorm alone': [],
  pluLinear: [pluLinear()],
  fullLinear: [fullLinear()],
  qrLinear: [qrLinear()],
  triangularLinear: [triangularLinear({ triangle: 'upper' })],
  orthogonalLinear: [orthogonalLinear()],
  'lowRankLinear, rank 1': [lowRankLinear({ rank: 1 })],
};
const rows = [];
for (const [matrix, layers] of Object.entries(families)) {
  const model = flow({ eventShape: [4], layers: [actnorm(), ...layers] });
  const { params } = await fit(model, x, {
    steps: 300,
    learningRate: 2e-2,
    seed: 1,
  });
  const scores = await score(model, params, unseen);
  const loss = -scores.reduce((sum, value) => sum + value, 0) / scores.length;
  rows.push({
    matrix,
    numbers: countParams(model.layout, { trainable: true }),
    'above the least possible, nats': (loss - least).toFixed(2),
  });
}
console.table(rows);
