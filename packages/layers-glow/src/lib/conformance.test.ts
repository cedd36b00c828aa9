import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { chain, invert } from '@diffeo/core';
import { checkLayer, type LayerOptions } from '@diffeo/testing';
import { describe, expect, test } from 'vitest';
import { actnorm } from './actnorm.ts';
import { invertibleLinear } from './linear/invertible-linear.ts';
import { permute } from './reordering/permute.ts';
import { reverse } from './reordering/reverse.ts';

const options: LayerOptions = { contextShapes: [null], trainingSteps: 50, capabilities: { constantLogDet: true } };

describe.each([
  ['actnorm', actnorm(), { constantLogDet: true, jacobian: 'diagonal' }],
  ['permute', permute({ seed: 3 }), { constantLogDet: true }],
  ['reverse', reverse(), { constantLogDet: true }],
  ['invertibleLinear', invertibleLinear({ init: 'rotation' }), { constantLogDet: true }],
  ['invertibleLinear, full', invertibleLinear({ matrix: 'full', init: 'rotation' }), { constantLogDet: true }],
  [
    'invertibleLinear, orthogonal',
    invertibleLinear({ matrix: 'orthogonal', init: 'rotation' }),
    { constantLogDet: true },
  ],
  ['invertibleLinear, triangular', invertibleLinear({ matrix: 'triangular' }), { constantLogDet: true }],
  ['invertibleLinear, QR', invertibleLinear({ matrix: 'qr', reflections: 2 }), { constantLogDet: true }],
  ['invertibleLinear, low rank', invertibleLinear({ matrix: 'low-rank', rank: 2 }), { constantLogDet: true }],
  ['a chain', chain({ layers: [actnorm(), invertibleLinear(), reverse()] }), { constantLogDet: true }],
  ['an inverted layer', invert({ layer: invertibleLinear({ init: 'rotation' }) }), { constantLogDet: true }],
] as const)('%s', (_, layer, capabilities) => {
  // Every check on both backends at one shape; elsewhere on WASM, whose values and gradients are compared with cpu's at every shape.
  test.each([
    [
      [2, 1, 3],
      ['cpu', 'wasm'],
    ],
    [[3], ['wasm']],
    [[1], ['wasm']],
    [[4], ['wasm']],
    [[4, 4, 1], ['wasm']],
  ] as const)('passes every check at event shape %j on %j', async (eventShape, backends) => {
    const { checks, passed } = await checkLayer(layer, {
      ...{ ...options, capabilities, backends },
      eventShapes: [eventShape],
    });
    expect(checks.filter((check) => !check.passed).map(({ message }) => message)).toEqual([]);
    expect(passed).toBe(true);
  });

  test('passes every check beside a context, which it ignores', async () => {
    const { checks } = await checkLayer(layer, {
      ...options,
      capabilities,
      eventShapes: [[2]],
      contextShapes: [[2]],
      backends: ['wasm'],
    });
    expect(checks.filter((check) => !check.passed).map(({ message }) => message)).toEqual([]);
  });
});

test('a full matrix passes every check at 12 channels', async () => {
  const { checks } = await checkLayer(invertibleLinear({ matrix: 'full' }), {
    ...options,
    eventShapes: [[2, 2, 12]],
    backends: ['wasm'],
  });
  expect(checks.filter((check) => !check.passed).map(({ message }) => message)).toEqual([]);
});
