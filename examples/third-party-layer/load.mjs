// Loads the saved flow with this package's definitions, and shows what happens without them.
import { readFileSync } from 'node:fs';
import { load, negativeLogLikelihood } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';
import { useWasm } from '@diffeo/trainer';
import { definitions } from 'planar-layer';

await useWasm();
const bytes = readFileSync('model.safetensors');
const others = [...couplingDefinitions, ...elementwiseDefinitions];

const { model, params, metadata } = load(bytes, { definitions: [...others, ...definitions] });
const heldOut = toTensor(twoMoons().sample(10_000, 2));
const loss = negativeLogLikelihood(model, params, heldOut).dataSync()[0];
console.log(`loaded, trained on ${metadata['data']}: held-out loss ${loss.toFixed(3)} nats`);
console.log(`samples ${model.sample(params, { count: 3, seed: 1 })}`);

try {
  load(bytes, { definitions: others });
} catch (error) {
  console.log(`without the package, ${error.code}: ${error.message}`);
}
