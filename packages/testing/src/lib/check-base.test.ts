import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  contaminatedNormal,
  diagonalNormal,
  normalMixture,
  type Spec,
  standardNormal,
  studentT,
  uniformBox,
} from '@diffeo/core';
import { expect, test } from 'vitest';
import { checkBase } from './check-base.ts';
import type { BaseOptions } from './options.ts';

test.each<[string, Spec<'base'>, BaseOptions]>([
  ['the standard normal', standardNormal(), {}],
  ['the diagonal normal', diagonalNormal(), { eventShapes: [[1], [2], [2, 3]] }],
  [
    'a fixed diagonal normal',
    diagonalNormal({ trainable: false, scale: [0.5, 2], mean: [1, -1] }),
    { eventShapes: [[2]] },
  ],
  ['a mixture of normals', normalMixture({ components: 3 }), {}],
  ['Student t', studentT(), {}],
  ['the contaminated normal', contaminatedNormal(), {}],
  ['the uniform distribution', uniformBox({ low: -1, high: 2 }), { domain: [-1, 2] }],
])('%s passes every check on every backend', async (_, base, options) => {
  const report = await checkBase(base, options);
  expect(report.checks.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
  expect(new Set(report.checks.map(({ place }) => place.backend))).toEqual(new Set(['cpu', 'wasm']));
});
