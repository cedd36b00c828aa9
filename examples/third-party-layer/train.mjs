// Trains a flow of couplings, planar and sinh-arcsinh layers on two moons, and saves it.
import { writeFileSync } from 'node:fs';
import { flow, negativeLogLikelihood, save } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, useWasm } from '@diffeo/trainer';
import { planar, sinhArcsinh } from 'planar-layer';

await useWasm();
const moons = twoMoons();
const heldOut = toTensor(moons.sample(10_000, 2));
const bends = Array.from({ length: 8 }, () => planar());
const layers = [standardise(), ...realNVP({ layers: 4, hidden: [32, 32] }), ...bends, sinhArcsinh()];
const model = flow({ eventShape: [2], layers });

const { params } = await fit(model, toTensor(moons.sample(10_000, 1)), { steps: 400, learningRate: 5e-3, seed: 1 });
const loss = negativeLogLikelihood(model, params, heldOut).dataSync()[0];
console.log(`held-out loss ${loss.toFixed(3)} nats, ${(loss - moons.entropy).toFixed(3)} above the truth`);

writeFileSync('model.safetensors', await save(model, params, { metadata: { data: 'two moons' } }));
