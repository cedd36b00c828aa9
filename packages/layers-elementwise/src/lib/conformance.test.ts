import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { LayerOptions, Source } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { gaussianise } from './gaussianise/gaussianise.ts';
import { logit } from './logit.ts';
import { rescale } from './rescale.ts';
import { standardise } from './standardise.ts';
import { whiten } from './whiten.ts';

/** Every check on both backends at one shape; elsewhere on WASM, whose values and gradients are compared with cpu's at every shape. */
function proveLayer(source: Source<'layer'>, options: LayerOptions): void {
  testLayer(source, { ...options, eventShapes: [[3]] });
  testLayer(source, { eventShapes: [[1], [2, 2]], ...options, backends: ['wasm'] });
}

const affine = { constantLogDet: true, jacobian: 'diagonal' } as const;
proveLayer(standardise, { configs: [{}, { robust: true }], capabilities: affine });
proveLayer(logit(), { capabilities: { jacobian: 'diagonal' }, points: [1] });
proveLayer(rescale({ from: [0, 1], to: [-0.5, 0.5] }), {
  eventShapes: [[1], [2, 2], [4, 4, 1]],
  capabilities: affine,
});
proveLayer(whiten(), { capabilities: { constantLogDet: true, jacobian: 'lower-triangular' } });
proveLayer(gaussianise, { configs: [{}, { knots: 129 }], capabilities: { jacobian: 'diagonal' } });
