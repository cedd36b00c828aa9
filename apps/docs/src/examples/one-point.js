import { flow } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';

await useWasm();
const model = flow({
  eventShape: [2],
  layers: realNVP({ layers: 4, bound: 1, outputScale: 1 }),
});
const params = model.init(4);
const x = tensor2d([[1, 0.5]]);

let total = 0;
const rows = model.trace(params, x).map(({ name, value, logDet }) => {
  const term = logDet.dataSync()[0]; // of the base: its log-density
  total += term;
  return {
    part: name,
    point: [...value.dataSync()].map((v) => v.toFixed(2)).join(', '),
    term: term.toFixed(4),
  };
});
console.table(rows);
console.log('sum of the terms:', total.toFixed(4));
console.log('logProb:         ', model.logProb(params, x).dataSync()[0].toFixed(4));
