import { flow } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';

await useWasm();
const model = flow({
  eventShape: [2],
  layers: realNVP({ layers: 4, bound: 1, outputScale: 1 }),
});
const params = model.init(5);

// A small square of the data's side, and where its corners land on the base's.
const [x, y] = [0.5, -0.3];
const side = 0.01;
const corners = tensor2d([
  [x, y],
  [x + side, y],
  [x, y + side],
]);
const { value, logDet } = model.toBase(params, corners);
const [[a0, a1], [b0, b1], [c0, c1]] = value.arraySync();

// The two edges are the columns of the Jacobian, times the side.
const determinant = ((b0 - a0) * (c1 - a1) - (b1 - a1) * (c0 - a0)) / side ** 2;
console.log('the area grows by a factor of', Math.abs(determinant).toFixed(3));
console.log('its logarithm:', Math.log(Math.abs(determinant)).toFixed(3));
console.log("the flow's logDet:", logDet.dataSync()[0].toFixed(3));
