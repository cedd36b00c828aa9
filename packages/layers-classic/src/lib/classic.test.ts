import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, type Shape, type Spec } from '@diffeo/core';
import { mlp } from '@diffeo/networks';
import type { RowFunction, TransformedRow } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { planarInFloat64, radialInFloat64, sylvesterInFloat64 } from '../../test/classic-in-float64.ts';
import { bendRoot } from './bend.ts';
import { planar } from './planar.ts';
import { radial } from './radial.ts';
import { sylvester } from './sylvester.ts';

const layers: readonly [Spec<'layer'>, readonly Shape[], RowFunction<TransformedRow>][] = [
  [planar(), [[1], [3]], planarInFloat64],
  [radial(), [[1], [3]], radialInFloat64],
  [sylvester(), [[2]], sylvesterInFloat64],
  [sylvester({ rank: 2 }), [[4]], sylvesterInFloat64],
];

for (const [layer, eventShapes, inverse] of layers)
  testLayer(layer, {
    ...{ eventShapes, contextShapes: [null], backends: ['wasm'], trainingSteps: 30, reference: { inverse } },
    capabilities: { identityAtStart: 2e-6 },
  });

const conditioner = mlp({ hidden: [8], activation: 'tanh', outputScale: 1 });
for (const layer of [planar({ conditioner }), radial({ conditioner }), sylvester({ conditioner })])
  testLayer(layer, {
    ...{ eventShapes: [[2]], contextShapes: [[2]], backends: ['wasm'], trainingSteps: 20 },
    capabilities: { usesContext: true, contextReachesAll: true },
  });

test('the root of a bend is found to rounding, from steep to nearly flat and far out', async () => {
  await setBackend('wasm');
  const slopes = [-0.99, -0.9, -0.3, 0, 0.4, 3, 50];
  const roots = [-1e4, -20, -3, -0.6, -1e-3, 0, 1e-5, 0.02, 0.3, 1, 2, 7, 500];
  for (const m of slopes) {
    const y = roots.map((alpha) => alpha + m * Math.tanh(alpha));
    const found = bendRoot(tensor2d(y, [y.length, 1]), tensor2d([[m]])).dataSync();
    for (const [i, alpha] of roots.entries()) {
      const slope = 1 + m * (1 - Math.tanh(alpha) ** 2);
      expect(Math.abs((found[i] as number) - alpha)).toBeLessThan(
        2e-7 * (1 + Math.abs(alpha) + (Math.abs(y[i] as number) + Math.abs(m)) / slope),
      );
    }
  }
});

test.each([planar(), radial(), sylvester()])('$$type takes vectors alone', (layer) => {
  expect(() => flow({ eventShape: [2, 2], layers: [layer] })).toThrow(expect.objectContaining({ code: 'SHAPE' }));
});

test('sylvester refuses a rank above the number of dimensions', () => {
  expect(() => flow({ eventShape: [2], layers: [sylvester({ rank: 3 })] })).toThrow(/the rank 3 must be 2 at most/);
});
