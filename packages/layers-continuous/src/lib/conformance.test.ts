import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { mlp } from '@diffeo/networks';
import { listChecks } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { odeReference } from '../../test/ode-reference.ts';
import { conformance } from './conformance.ts';
import { continuous } from './continuous.ts';

testLayer(continuous, {
  ...conformance['@diffeo/layers-continuous/continuous'],
  eventShapes: [[2, 2]],
  contextShapes: [[2]],
  backends: ['wasm'],
  reference: odeReference,
});

/** Parameters pushed to ±20 make fields that no adaptive solver follows, which is an error by its code: `continuous.test.ts` has it. */
const followed = listChecks('layer')
  .map(({ name }) => name)
  .filter((name) => name !== 'far-parameters');

testLayer(
  continuous({
    network: mlp({ hidden: [8], activation: 'tanh' }),
    solver: { tolerance: 1e-5 },
    training: { steps: 32 },
  }),
  {
    eventShapes: [[2]],
    contextShapes: [null],
    backends: ['wasm'],
    perturbation: 0.3,
    only: followed,
    trainingSteps: 10,
    // What the solver is told.
    capabilities: { usesContext: true, iterates: { direction: 'both', tolerance: 1e-5 } },
    reference: odeReference,
  },
);
