import { tidied } from '@diffeo/core/engine';
import {
  affineTransform,
  channelMap,
  denseStack,
  elementwise,
  type FusedCoupling,
  fusedCoupling,
  pluMatrix,
} from '@diffeo/ops';
import { type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeBuilds } from '../../../test/with-build.ts';
import { numbersOf } from './numbers-of.ts';

describeBuilds('the numbers of a tensor', () => {
  test('are read and written where they are', () => {
    tidied(() => {
      const x = tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      expect([...(numbersOf(x) ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
      numbersOf(x)?.set([7, 8], 2);
      expect([...x.dataSync()]).toEqual([1, 2, 7, 8, 5, 6]);
    });
  });

  test('are not to be had of other types', () => {
    tidied(() => {
      expect(numbersOf(tensor1d([1, 2], 'int32'))).toBeNull();
    });
  });
});

describeBuilds('whole numbers', () => {
  test('are not read as float32 by any kernel', () => {
    const float = (shape: number[]) => zeros(shape);
    const whole = (shape: number[]) => zeros(shape, 'int32');
    const layers = [{ weight: float([2, 2]), bias: float([2]) }];
    const affine = affineTransform(3);
    const coupling = fusedCoupling({
      ...{ identityColumns: [0, 1], transformedColumns: [2], transform: affine, direction: 'inverse' },
      ...{ activation: 'relu', residual: false },
    }) as FusedCoupling;
    const uses: readonly ((make: (shape: number[]) => Tensor) => unknown)[] = [
      (make) => elementwise(affine, make([3, 2]), float([3, 4]), 'forward'),
      (make) => elementwise(affine, float([3, 2]), make([3, 4]), 'forward'),
      (make) => denseStack(make([3, 2]), layers, { activation: 'relu', residual: false }),
      (make) => channelMap(make([3, 2]), { shift: float([2]), logScale: float([2]) }, null, 'forward'),
      (make) => pluMatrix({ permutation: zeros([2], 'int32'), sign: float([2]), factors: make([2, 2]) }, { bound: 5 }),
      (make) => coupling.map(make([3, 3]), null, layers, () => ({ value: float([3, 3]), logDet: float([3]) })),
    ];
    for (const use of uses) {
      tidied(() => {
        use(float);
        expect(() => use(whole)).toThrow(/a kernel reads float32 and was given a tensor \[.*\] of int32/);
      });
    }
  });
});
