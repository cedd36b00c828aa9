import { flow } from '@diffeo/core';
import { logit } from '@diffeo/layers-elementwise';
import { useWasm } from '@diffeo/trainer';
import { tensor } from '@tensorflow/tfjs-core';

await useWasm();
const model = flow({ eventShape: [1], layers: [logit({ alpha: 1e-6 })] });
const params = model.init(1);

const xs = Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000);
const x = tensor(xs, [1000, 1]);

// log p(x) = log N(z) + log |dz/dx|, where z = inverse(x)
const { value: z, logDet } = model.toBase(params, x);
const byHand = xs.map((_, i) => {
  const zi = z.dataSync()[i];
  const logNormal = -0.5 * zi * zi - 0.5 * Math.log(2 * Math.PI);
  return logNormal + logDet.dataSync()[i];
});

const byLibrary = model.logProb(params, x).dataSync();
console.log(
  'largest difference:',
  Math.max(...byHand.map((value, i) => Math.abs(value - byLibrary[i]))),
);
console.log(
  'area under the density:',
  byHand.reduce((sum, value) => sum + Math.exp(value) / 1000, 0).toFixed(4),
);
