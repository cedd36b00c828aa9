import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal } from '@diffeo/core';
import { setBackend, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { affineTransform } from './affine.ts';
import { type FusedCoupling, fusedCoupling } from './fused-coupling.ts';

const { map: run } = fusedCoupling({
  ...{ identityColumns: [0], transformedColumns: [1], transform: affineTransform(3) },
  ...{ activation: 'relu', residual: false },
  direction: 'inverse',
}) as FusedCoupling;

describe.each(['cpu', 'wasm'])('a fused coupling on %s', (backend) => {
  test('is its reference where the backend has no kernel for it', async () => {
    await setBackend(backend);
    const layers = [{ weight: normal([1, 2], 1), bias: zeros([2]) }];
    const expected = { value: normal([4, 2], 1), logDet: normal([4], 2) };
    const { value, logDet } = run(normal([4, 2], 3), null, layers, () => expected);
    expect([...value.dataSync()]).toEqual([...expected.value.dataSync()]);
    expect([...logDet.dataSync()]).toEqual([...expected.logDet.dataSync()]);
  });
});
