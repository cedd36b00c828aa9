import '@tensorflow/tfjs-backend-cpu';
import { setBackend, tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { installMatchers } from './matchers.ts';

beforeAll(async () => {
  await setBackend('cpu');
  installMatchers();
});

test('a tensor is close to a tensor, to nested numbers, and to its numbers in a row', () => {
  const found = tensor2d([
    [1, 2],
    [3, 4],
  ]);
  expect(found).toBeCloseToTensor(found, 0);
  expect(found).toBeCloseToTensor([
    [1, 2],
    [3, 4.00001],
  ]);
  expect(found).toBeCloseToTensor([1, 2, 3, 4]);
  expect(found).toBeCloseToTensor(new Float32Array([1, 2, 3, 4]));
  expect(tensor(5)).toBeCloseToTensor(tensor(5));
  expect(zeros([0, 2])).toBeCloseToTensor(zeros([0, 2]));
});

test('it is not close to other numbers or another shape', () => {
  expect(tensor1d([1, 2])).not.toBeCloseToTensor([1, 2.1]);
  expect(tensor1d([1, 2])).not.toBeCloseToTensor(tensor2d([[1, 2]]));
  expect(tensor1d([1, 2])).not.toBeCloseToTensor([[1], [2]]);
  expect(tensor1d([1, 2])).not.toBeCloseToTensor([1, 2, 3]);
  expect(tensor1d([1])).not.toBeCloseToTensor([Number.NaN]);
});

test('the message says where and by how much', () => {
  const found = tensor2d([
    [1, 2],
    [3, 4],
  ]);
  expect(() => expect(found).toBeCloseToTensor([1, 2, 3, 5], 0.1)).toThrowError(
    /expected 5 and got 4 in row 1, entry 1, off by 0.1667, where 0.1000 is allowed/,
  );
  expect(() => expect(found).toBeCloseToTensor([[1, 2, 3, 4]])).toThrowError(
    /expected shape \[1, 4\] and got \[2, 2\]/,
  );
  expect(() => expect('text').toBeCloseToTensor([1])).toThrowError(/expected a tensor and got string/);
});

test('shapes are compared, the batch included', () => {
  expect(zeros([0, 2])).toHaveTensorShape([0, 2]);
  expect(tensor(5)).toHaveTensorShape([]);
  expect(tensor1d([1, 2])).not.toHaveTensorShape([1, 2]);
  expect(() => expect(tensor1d([1, 2])).toHaveTensorShape([3])).toThrowError(/expected shape \[3\] and got \[2\]/);
  expect(() => expect(tensor1d([1, 2])).not.toHaveTensorShape([2])).toThrowError(/another shape than \[2\]/);
});

test('numbers that are none are found', () => {
  expect(tensor1d([1, -2])).toBeFiniteTensor();
  expect(zeros([0])).toBeFiniteTensor();
  expect(() => expect(tensor1d([1, Infinity])).toBeFiniteTensor()).toThrowError(/got Infinity in entry 1/);
  expect(() => expect([1]).toBeFiniteTensor()).toThrowError(/expected a tensor and got object/);
});
