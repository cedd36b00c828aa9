import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { Shape } from '@diffeo/core';
import { testLayer } from '@diffeo/testing/vitest';
import { additiveCoupling } from './additive-coupling.ts';
import { affineCoupling } from './affine-coupling.ts';
import { mlp } from './mlp.ts';

const eventShapes = [[1], [2], [5], [2, 3]];
const conditioner = mlp({ hidden: [8, 8], activation: 'tanh', residual: true });
/** What the masks below keep. One number alone changes always. */
const firstHalf = ([rows = 1, columns = 1]: Shape): number[] =>
  rows * columns === 1 ? [] : [...Array(Math.ceil((rows * columns) / 2)).keys()];
const odd = ([rows = 1, columns = 1]: Shape): number[] => [...Array(rows * columns).keys()].filter((d) => d % 2 === 1);

testLayer(affineCoupling({ conditioner }), {
  eventShapes,
  trainingSteps: 50,
  capabilities: { unchanged: firstHalf, usesContext: true },
});

testLayer(additiveCoupling({ mask: 'alternating', swap: true, conditioner }), {
  eventShapes,
  trainingSteps: 50,
  capabilities: { unchanged: odd, usesContext: true, constantLogDet: true },
});
