import { flow } from '@diffeo/core';
import { maf } from '@diffeo/layers-autoregressive';
import { jacobian } from '@diffeo/testing';
import { useWasm } from '@diffeo/trainer';
import { abs, max, reshape, sub, tensor2d } from '@tensorflow/tfjs-core';

await useWasm();
const model = flow({
  eventShape: [4],
  layers: maf({ layers: 1, hidden: [32], outputScale: 1 }),
});
const params = model.init(2);

const x = tensor2d([[0.2, -1, 0.7, 0.3]]);
const { value, logDet } = model.toBase(params, x);

const rowToBase = (row) =>
  reshape(model.toBase(params, reshape(row, [1, 4])).value, [4]);
const matrix = jacobian(rowToBase, reshape(x, [4]));
console.table(
  [0, 4, 8, 12].map((i) =>
    [...matrix.slice(i, i + 4)].map((slope) => slope.toFixed(3)),
  ),
);

const diagonal = [0, 5, 10, 15].reduce(
  (sum, i) => sum + Math.log(Math.abs(matrix[i])),
  0,
);
console.log('Σ log |diagonal|:', diagonal.toFixed(4));
console.log('logDet:', logDet.dataSync()[0].toFixed(4));

// The way back: number by number, or all at once until nothing changes.
console.log(
  'there and back:',
  max(abs(sub(model.toData(params, value), x))).dataSync()[0] < 1e-5,
);
