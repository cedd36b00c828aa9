import { countParams, flow } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { planar } from '@diffeo/layers-classic';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, score, useWasm } from '@diffeo/trainer';

await useWasm();
const moons = twoMoons();
const [rows, unseen] = [moons.sample(5000, 1), moons.sample(5000, 2)].map(toTensor);

/** How far a flow stays from the truth after training, in nats. */
async function train(name, layers) {
  const model = flow({ eventShape: [2], layers: [standardise(), ...layers] });
  const options = { steps: 500, learningRate: 1e-2, seed: 1 };
  const { params } = await fit(model, rows, options);
  const scores = await score(model, params, unseen);
  const loss = -scores.reduce((sum, value) => sum + value, 0) / scores.length;
  const parameters = countParams(model.layout, { trainable: true });
  const fromTruth = (loss - moons.entropy).toFixed(2);
  return { flow: name, parameters, 'nats from the truth': fromTruth };
}

const planars = (count) => Array.from({ length: count }, () => planar());
console.table([
  await train('1 planar layer', planars(1)),
  await train('32 planar layers', planars(32)),
  await train('4 couplings', realNVP({ layers: 4, hidden: [8] })),
]);
