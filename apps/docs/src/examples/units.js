import { flow, normal } from '@diffeo/core';
import { standardise } from '@diffeo/layers-elementwise';
import { score, useWasm } from '@diffeo/trainer';
import { add, mul } from '@tensorflow/tfjs-core';

await useWasm();
const metres = add(mul(normal([5000, 1], 1), 0.1), 1.7); // heights
const rows = [];
for (const [unit, perMetre] of [
  ['metres', 1],
  ['centimetres', 100],
  ['millimetres', 1000],
]) {
  const x = mul(metres, perMetre);
  const model = flow({ eventShape: [1], layers: [standardise()] });
  const params = await model.start(model.init(1), x);
  const scores = await score(model, params, x);
  const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
  rows.push({
    unit,
    'mean log-likelihood': mean.toFixed(3),
    'and log(units per metre)': (mean + Math.log(perMetre)).toFixed(3),
  });
}
console.table(rows);
