import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { attention, residualConvolutional, residualMlp } from '@diffeo/networks';
import { affine } from '@diffeo/ops';
import { testLayer } from '@diffeo/testing/vitest';
import { coupling } from './coupling.ts';

const options = { contextShapes: [[2]], backends: ['wasm'], trainingSteps: 10 } as const;
const capabilities = { usesContext: true } as const;
const activation = 'tanh' as const;
testLayer(coupling({ transform: affine(), conditioner: residualMlp({ width: 8, activation, layerNorm: true }) }), {
  ...{ ...options, eventShapes: [[3]], capabilities },
});
const gated = residualMlp({ width: 8, activation, preactivation: true, context: 'gate' });
testLayer(coupling({ transform: affine({ scale: 'sigmoid', offset: 2 }), conditioner: gated }), {
  ...{ ...options, eventShapes: [[3]], capabilities },
});
for (const conditioner of [
  residualConvolutional({ width: 4, activation, layerNorm: true }),
  attention({ width: 4, heads: 2, blocks: 1, activation }),
])
  testLayer(coupling({ mask: 'channels', transform: affine(), conditioner }), {
    ...{ ...options, eventShapes: [[2, 1, 2]], capabilities },
  });
