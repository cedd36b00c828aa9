import { flow } from '@diffeo/core';
import { planar } from '@diffeo/layers-classic';
import { jacobian, logAbsDeterminant, randomiseParams } from '@diffeo/testing';
import { useWasm } from '@diffeo/trainer';
import { abs, max, reshape, sub, tensor2d } from '@tensorflow/tfjs-core';

await useWasm();
const model = flow({ eventShape: [5], layers: [planar()] });
const params = randomiseParams(model.layout, model.init(1), 2, 1); // a new layer is the identity

const x = tensor2d([[0.2, -1, 0.7, 0.3, 1.5]]);
const { value, logDet } = model.toBase(params, x);

// The whole Jacobian, and its determinant by elimination: what the lemma saves.
const rowToBase = (row) =>
  reshape(model.toBase(params, reshape(row, [1, 5])).value, [5]);
const matrix = jacobian(rowToBase, reshape(x, [5]));
console.log('log |det| of all 25 slopes:', logAbsDeterminant(matrix, 5).toFixed(4));
console.log('log (1 + v·u):', logDet.dataSync()[0].toFixed(4));

console.log(
  'there and back:',
  max(abs(sub(model.toData(params, value), x))).dataSync()[0] < 1e-5,
);
