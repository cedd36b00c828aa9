import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { testLayer } from '@diffeo/testing/vitest';
import { logit } from './logit.ts';
import { standardise } from './standardise.ts';

const eventShapes = [[1], [3], [2, 2]];
testLayer(standardise(), { eventShapes, capabilities: { constantLogDet: true, jacobian: 'diagonal' } });
testLayer(logit(), { eventShapes, capabilities: { jacobian: 'diagonal' }, points: [1] });
