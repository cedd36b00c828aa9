import { flow } from '@diffeo/core';
import { affineCoupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import { jacobian } from '@diffeo/testing';
import { useWasm } from '@diffeo/trainer';
import { reshape, tensor2d } from '@tensorflow/tfjs-core';

await useWasm();
const conditioner = mlp({ hidden: [32], outputScale: 1 });
const coupling = affineCoupling({ mask: { identityColumns: [0] }, conditioner });
const model = flow({ eventShape: [3], layers: [coupling] });
const params = model.init(2);

const x = tensor2d([[0.2, -1, 0.7]]);
const { value, logDet } = model.toBase(params, x);
x.print();
value.print(); // the first number stays

// ∂zᵢ/∂xⱼ by automatic differentiation.
const rowToBase = (row) =>
  reshape(model.toBase(params, reshape(row, [1, 3])).value, [3]);
const matrix = jacobian(rowToBase, reshape(x, [3]));
console.table([0, 3, 6].map((i) => [...matrix.slice(i, i + 3)]));

const diagonal = [0, 4, 8].reduce(
  (sum, i) => sum + Math.log(Math.abs(matrix[i])),
  0,
);
console.log('Σ log |diagonal|:', diagonal.toFixed(4));
console.log('logDet:', logDet.dataSync()[0].toFixed(4));
