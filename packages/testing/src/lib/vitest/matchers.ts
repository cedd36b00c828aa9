import { sameShape } from '@diffeo/core';
import { type Tensor, util } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { close, type Outcome } from '../outcome.ts';

/** What a tensor is compared with: another tensor, or numbers, nested as its shape is or flat. */
export type Expected = Tensor | ArrayLike<number> | readonly Expected[];

/** Numbers for which two tensors are the same to float32 rounding of a short computation. */
const usual = 1e-5;

const isTensor = (value: unknown): value is Tensor => typeof value === 'object' && value !== null && 'dataId' in value;

const shapeOf = (nested: unknown): number[] =>
  Array.isArray(nested) ? [nested.length, ...(nested.length ? shapeOf(nested[0]) : [])] : [];

/** The shape and the numbers; a typed array or a list of numbers may stand for any shape of its size. */
function read(value: Expected): { readonly shape: readonly number[] | null; readonly numbers: ArrayLike<number> } {
  if (isTensor(value)) return { shape: value.shape, numbers: value.dataSync() };
  const numbers = util.flatten(value as number[]) as number[];
  const nested = Array.isArray(value) && value.some((row) => typeof row !== 'number');
  return { shape: nested ? shapeOf(value) : null, numbers };
}

function compare(received: unknown, expected: Expected, tolerance: number): Outcome {
  const none = { passed: false, tolerance, measured: null };
  if (!isTensor(received)) return { ...none, message: `expected a tensor and got ${typeof received}` };
  const { shape, numbers } = read(expected);
  if (shape && !sameShape(shape, received.shape)) {
    return { ...none, message: `expected shape [${shape.join(', ')}] and got [${received.shape.join(', ')}]` };
  }
  const rows = received.shape[0] ?? 1;
  return close({ what: 'tensor', actual: received.dataSync(), expected: numbers, tolerance, rows });
}

/** The matchers, as `expect.extend` takes them. */
export const tensorMatchers = {
  toBeCloseToTensor(received: unknown, expected: Expected, tolerance = usual) {
    const { passed, message } = compare(received, expected, tolerance);
    return { pass: passed, message: () => message };
  },
};

/** Adds the tensor matchers to vitest's `expect`; call it once in a test file or a setup file. */
export const installMatchers = (): void => expect.extend(tensorMatchers);

interface TensorMatchers<R> {
  /**
   * Every number of a tensor is within `tolerance`, relative to 1 + |expected|, of what is expected, and the shape is the
   * same. Default tolerance 1e-5; 0 compares bit for bit.
   */
  toBeCloseToTensor(expected: Expected, tolerance?: number): R;
}

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends TensorMatchers<R> {}
}
