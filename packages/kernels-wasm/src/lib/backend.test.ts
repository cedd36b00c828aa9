import { tidied } from '@diffeo/core/engine';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeBuilds } from '../../test/with-build.ts';
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
