import type { Spec } from '@diffeo/core';
import { convolutional, mlp } from '@diffeo/networks';
import type { LayerOptions } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { coupling } from '../src/lib/coupling.ts';

const onVectors = mlp({ hidden: [8], activation: 'tanh' });
const onImages = convolutional({ width: 4, activation: 'tanh' });

const backends = ['wasm'];

/**
 * Couplings of vectors, of channels and of checkerboards, and the transform alone, with what they are proved on: one of them on both
 * backends; the others on WASM, whose values and gradients are compared with cpu's everywhere.
 */
const couplings = [
  [
    { mask: 'alternating', conditioner: onVectors },
    { eventShapes: [[3]], contextShapes: [null] },
  ],
  [
    { mask: { random: 1 }, swap: true, conditioner: onVectors },
    { eventShapes: [[2, 2]], contextShapes: [[2]], backends },
  ],
  [
    { mask: 'channels', conditioner: onImages },
    { eventShapes: [[2, 1, 2]], contextShapes: [[2]], backends },
  ],
  [
    { mask: 'checkerboard', conditioner: onImages },
    { eventShapes: [[2, 2, 1]], contextShapes: [null], backends },
  ],
  [
    { mask: 'checkerboard', swap: true, conditioner: onImages },
    { eventShapes: [[1, 3, 1]], contextShapes: [[2]], backends },
  ],
] as const;

/** Proves a transform in every kind of coupling. */
export function testCouplings(transform: Spec<'transform'>, options: Partial<LayerOptions>): void {
  for (const [config, own] of couplings) {
    testLayer(coupling({ ...config, transform }), {
      ...{ ...own, ...options, trainingSteps: 10 },
      capabilities: { usesContext: true },
    });
  }
}
