/**
 * Trains the flow of the page's two moons, with seed 1, and writes it beside this file:
 * `npm run pnpm -- --filter @diffeo/docs exec node src/widgets/one-point/train-moons.ts`.
 */
import { writeFileSync } from 'node:fs';
import { flow, save } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, meanOf, score, useWasm } from '@diffeo/trainer';

const seed = 1;
await useWasm();
const moons = twoMoons();
const model = flow({
  eventShape: [2],
  layers: [standardise(), ...realNVP({ layers: 6, hidden: [16, 16], activation: 'tanh' })],
});
const { params } = await fit(model, toTensor(moons.sample(20_000, seed)), { steps: 3000, learningRate: 5e-3, seed });
const loss = -meanOf(await score(model, params, toTensor(moons.sample(20_000, seed + 1))));
console.log(`held-out loss ${loss.toFixed(3)} nats, ${(loss - moons.entropy).toFixed(3)} above the entropy`);
const file = await save(model, params, {
  metadata: { command: 'node src/widgets/one-point/train-moons.ts', seed: `${seed}` },
});
writeFileSync(new URL('./moons.safetensors', import.meta.url), file);
console.log(`${file.length} bytes`);
