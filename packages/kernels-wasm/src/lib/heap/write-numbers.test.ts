import { conv2d, memory, ones, type Rank, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeBuilds } from '../../../test/with-build.ts';
import { writeNumbers } from './write-numbers.ts';

describeBuilds('numbers written in place', () => {
  test('are read by everything afterwards, packed filters too', () => {
    const x = ones<Rank.R4>([1, 3, 3, 1]);
    const filter = tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
    const bias = tensor1d([1, 2]);
    const sum = () => {
      const y = conv2d(x, filter, 1, 'valid');
      const [first] = y.dataSync();
      y.dispose();
      return first;
    };
    expect([sum(), sum()]).toEqual([10, 10]);
    const vector = tensor1d([5, 6, 7, 8, 9, 10]);
    const before = memory().numTensors;
    expect(writeNumbers([filter, bias], vector)).toBe(true);
    expect(memory().numTensors).toBe(before);
    expect([...filter.dataSync(), ...bias.dataSync()]).toEqual([5, 6, 7, 8, 9, 10]);
    expect(sum()).toBe(26);
  });
});
