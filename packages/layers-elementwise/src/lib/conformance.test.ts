import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { testLayer } from '@diffeo/testing/vitest';
import { gaussianise } from './gaussianise/gaussianise.ts';
import { logit } from './logit.ts';
import { rescale } from './rescale.ts';
import { standardise } from './standardise.ts';
import { whiten } from './whiten.ts';

const eventShapes = [[1], [3], [2, 2]];
const affine = { constantLogDet: true, jacobian: 'diagonal' } as const;
testLayer(standardise, { configs: [{}, { robust: true }], eventShapes, capabilities: affine });
testLayer(logit(), { eventShapes, capabilities: { jacobian: 'diagonal' }, points: [1] });
testLayer(rescale({ from: [0, 1], to: [-0.5, 0.5] }), {
  eventShapes: [...eventShapes, [4, 4, 1]],
  capabilities: affine,
});
testLayer(whiten(), { eventShapes, capabilities: { constantLogDet: true, jacobian: 'lower-triangular' } });
testLayer(gaussianise, { configs: [{}, { knots: 129 }], eventShapes, capabilities: { jacobian: 'diagonal' } });
