import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { maskedMlp, maskedResidualMlp } from '@diffeo/networks';
import { affine, rationalQuadratic } from '@diffeo/ops';
import { testLayer } from '@diffeo/testing/vitest';
import { autoregressive } from './autoregressive.ts';

/** Solved to the bit, so within what a pass rounds. */
const solved = (direction: 'forward' | 'inverse') => ({ direction, tolerance: 1e-6 });

const residual = maskedMlp({ hidden: [8, 8], activation: 'tanh', residual: true });
// Every check on both backends at one shape; elsewhere on WASM, whose values and gradients are compared with cpu's at every shape.
for (const where of [{ eventShapes: [[3]] }, { eventShapes: [[1], [2], [2, 3]], backends: ['wasm'] }]) {
  testLayer(autoregressive({ transform: affine(), conditioner: residual }), {
    ...where,
    trainingSteps: 50,
    capabilities: { usesContext: true, jacobian: 'lower-triangular', iterates: solved('forward') },
  });
}

testLayer(
  autoregressive({
    transform: rationalQuadratic({ bins: 4, bound: 3 }),
    conditioner: maskedMlp({ hidden: [8], activation: 'tanh', sequence: 'reverse' }),
    conditionOn: 'base',
  }),
  {
    eventShapes: [[3]],
    // Splines on cpu are a coupling's to prove.
    backends: ['wasm'],
    trainingSteps: 20,
    capabilities: { usesContext: true, jacobian: 'upper-triangular', iterates: solved('inverse') },
  },
);

testLayer(
  autoregressive({
    transform: affine({ scale: 'softplus' }),
    conditioner: maskedResidualMlp({ width: 8, activation: 'tanh', preactivation: true, context: 'blocks' }),
  }),
  {
    ...{ eventShapes: [[3]], contextShapes: [[2]], backends: ['wasm'], trainingSteps: 20 },
    capabilities: { usesContext: true, jacobian: 'lower-triangular', iterates: solved('forward') },
  },
);

const circle = [-Math.PI, Math.PI] as const;
testLayer(
  autoregressive({
    transform: rationalQuadratic({ bins: 3, bound: Math.PI, tails: 'circular' }),
    conditioner: maskedMlp({ hidden: [8], activation: 'tanh', circular: Math.PI }),
  }),
  {
    ...{
      eventShapes: [[3]],
      contextShapes: [null],
      backends: ['wasm'],
      trainingSteps: 10,
      domain: circle,
      baseDomain: circle,
    },
    capabilities: { jacobian: 'lower-triangular', iterates: solved('forward') },
  },
);
