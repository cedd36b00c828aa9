import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { concat, matMul, memory, reshape, setBackend, sinh, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { jacobian } from './jacobian.ts';

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeEach(async () => {
    await setBackend(backend);
  });

  test('of a linear map it is the matrix, row by row', () => {
    const matrix = tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const x = tensor1d([0.3, -0.1, 2]);
    const found = jacobian((at) => reshape(matMul(matrix, reshape(at, [3, 1])), [2]), x);
    expect([...found]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('of an elementwise map it is diagonal', () => {
    const found = jacobian((x) => sinh(x), tensor2d([[0.5, -1]]));
    expect([...found]).toEqual(
      [Math.fround(Math.cosh(0.5)), 0, 0, Math.fround(Math.cosh(1))].map((v) => expect.closeTo(v, 6)),
    );
  });

  test('it may be taller than wide', () => {
    expect([...jacobian((x) => concat([x, x]), tensor1d([1]))]).toEqual([1, 1]);
  });

  test('of a constant it is zero', () => {
    expect([...jacobian(() => zeros([2]), tensor1d([1, 2]))]).toEqual([0, 0, 0, 0]);
  });

  test('it leaves no tensor behind', () => {
    const x = tensor1d([1, 2, 3]);
    const before = memory().numTensors;
    jacobian((at) => sinh(at), x);
    expect(memory().numTensors).toBe(before);
  });
});
