import { flow } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { fit, score, useWasm } from '@diffeo/trainer';

await useWasm();
const x = toTensor(twoMoons().sample(10_000, 1)); // your rows: a tensor [10000, 2]

const layers = realNVP({ layers: 8, hidden: [32, 32] });
const model = flow({ eventShape: [2], layers });
const { params } = await fit(model, x, { steps: 400, learningRate: 5e-3, seed: 1 });

const likely = await score(model, params, x); // the log-likelihood of each row, in nats
console.log('the first three rows:', likely.slice(0, 3));

const samples = model.sample(params, { count: 3, seed: 2 });
console.log('three new rows:', samples.arraySync());
