import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { invert, type Shape, type Spec } from '@diffeo/core';
import type { RowFunction, TransformedRow } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import {
  exponentialInFloat64,
  fullInFloat64,
  lowerInFloat64,
  lowRankInFloat64,
  pluInFloat64,
  qrInFloat64,
  reflectionsInFloat64,
  upperInFloat64,
} from '../../test/linear-in-float64.ts';
import { fullLinear } from './layers/full-linear.ts';
import { lowRankLinear } from './layers/low-rank-linear.ts';
import { orthogonalLinear } from './layers/orthogonal-linear.ts';
import { pluLinear } from './layers/plu-linear.ts';
import { qrLinear } from './layers/qr-linear.ts';
import { triangularLinear } from './layers/triangular-linear.ts';
import { permute } from './reordering/permute.ts';
import { reverse } from './reordering/reverse.ts';

const rotation = { init: 'rotation' } as const;
const layers: readonly [Spec<'layer'>, RowFunction<TransformedRow>, identityAtStart: number | null][] = [
  [pluLinear(rotation), pluInFloat64, null],
  [pluLinear({ bias: true }), pluInFloat64, 0],
  [fullLinear(rotation), fullInFloat64, null],
  [orthogonalLinear(), reflectionsInFloat64, 2e-6],
  [orthogonalLinear({ by: 'exponential' }), exponentialInFloat64, 1e-6],
  [triangularLinear({ bias: true }), lowerInFloat64, 0],
  [triangularLinear({ triangle: 'upper' }), upperInFloat64, 0],
  [qrLinear({ reflections: 2 }), qrInFloat64, 2e-6],
  [lowRankLinear({ rank: 2, bias: true }), lowRankInFloat64, null],
];

for (const [layer, inverse, identityAtStart] of layers)
  testLayer(layer, {
    ...{
      // A line has no rotation: a way of its own.
      eventShapes: /orthogonal|qr/.test(layer.$type) ? [[1], [4]] : [[4]],
      contextShapes: [null],
      backends: ['wasm'],
      trainingSteps: 10,
      reference: { inverse },
    },
    capabilities: { constantLogDet: true, ...(identityAtStart !== null && { identityAtStart }) },
  });

// Every check on both backends at one shape, of images: the same matrix at each position.
const images: readonly Shape[] = [[2, 1, 3]];
for (const layer of [...layers.map(([each]) => each), permute({ seed: 3 }), reverse(), invert({ layer: pluLinear() })])
  testLayer(layer, {
    ...{ eventShapes: images, contextShapes: [null], backends: ['cpu', 'wasm'], trainingSteps: 10 },
    capabilities: { constantLogDet: true },
  });

testLayer(fullLinear(), {
  ...{ eventShapes: [[12]], contextShapes: [[2]], backends: ['wasm'], trainingSteps: 10 },
  capabilities: { constantLogDet: true },
});
