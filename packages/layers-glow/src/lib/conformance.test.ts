import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { chain } from '@diffeo/core';
import { pluLinear, reverse } from '@diffeo/layers-linear';
import { checkLayer, type LayerOptions } from '@diffeo/testing';
import { describe, expect, test } from 'vitest';
import { actnorm } from './actnorm.ts';

const options: LayerOptions = { contextShapes: [null], trainingSteps: 50, capabilities: { constantLogDet: true } };

describe.each([
  ['actnorm', actnorm(), { constantLogDet: true, jacobian: 'diagonal' }],
  ['a chain', chain({ layers: [actnorm(), pluLinear(), reverse()] }), { constantLogDet: true }],
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
