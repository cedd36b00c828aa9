import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { Shape } from '@diffeo/core';
import { mlp } from '@diffeo/networks';
import { rationalQuadratic } from '@diffeo/ops';
import { testLayer } from '@diffeo/testing/vitest';
import { testCouplings } from '../../test/test-couplings.ts';
import { coupling } from './coupling.ts';

testCouplings(rationalQuadratic({ bins: 4, bound: 3 }), { points: [-3, 3, -2.999, 2.999] });

const conditioner = mlp({ hidden: [8], activation: 'tanh', outputScale: 0 });
const firstHalf = ([size = 1]: Shape): number[] => (size === 1 ? [] : [...Array(Math.ceil(size / 2)).keys()]);
// Every check on both backends at one shape; elsewhere on WASM, whose values and gradients are compared with cpu's at every shape.
for (const where of [{ eventShapes: [[3]] }, { eventShapes: [[1]], backends: ['wasm'] }]) {
  testLayer(coupling({ conditioner, transform: rationalQuadratic({ bins: 3, bound: 2, tails: 'bounded' }) }), {
    ...where,
    ...{ domain: [-2, 2], baseDomain: [-2, 2], points: [-2, 2], trainingSteps: 20 },
    capabilities: { usesContext: true, contextReachesAll: true, unchanged: firstHalf, identityAtStart: 1e-6 },
  });
}
