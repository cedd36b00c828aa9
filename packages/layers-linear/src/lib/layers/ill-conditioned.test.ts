import '@tensorflow/tfjs-backend-wasm';
import { type FlowParams, flow, normal, type Spec } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { pushParams } from '@diffeo/testing';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { fullLinear } from './full-linear.ts';
import { lowRankLinear } from './low-rank-linear.ts';
import { orthogonalLinear } from './orthogonal-linear.ts';
import { pluLinear } from './plu-linear.ts';
import { qrLinear } from './qr-linear.ts';
import { triangularLinear } from './triangular-linear.ts';

beforeAll(() => setBackend('wasm'));

const layers: readonly Spec<'layer'>[] = [
  pluLinear(),
  fullLinear(),
  orthogonalLinear(),
  orthogonalLinear({ by: 'exponential' }),
  triangularLinear(),
  qrLinear(),
  lowRankLinear({ rank: 3 }),
];

describe.each(layers)('$$type', (layer) => {
  // Every parameter the same: singular matrices where nothing bounds them, condition numbers up to 1e15 elsewhere.
  test.each([0, 1, -1, 8, -8])('of parameters all %d gives finite numbers in both directions', (value) => {
    tidied(() => {
      const { bijector, layout, init } = flow({ eventShape: [6], layers: [layer] });
      const { layers: params } = pushParams(layout, init(1), value) as FlowParams;
      const x = normal([4, 6], 2);
      for (const direction of ['forward', 'inverse'] as const) {
        const { value: mapped, logDet } = bijector[direction](params, x, {});
        const numbers = [mapped, logDet].flatMap((tensor: Tensor) => [...tensor.dataSync()]);
        expect(numbers.every(Number.isFinite), `${direction}: ${numbers.join(' ')}`).toBe(true);
      }
    });
  });
});
