import { sameShape } from '@diffeo/core';
import { type Tensor, util } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { close, failed, finite, type Outcome, passed } from '../plan/outcome.ts';

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

const list = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function hasShape({ shape }: Tensor, expected: readonly number[]): Outcome {
  if (sameShape(shape, expected)) return passed(`expected another shape than ${list(expected)}`);
  return failed(`expected shape ${list(expected)} and got ${list(shape)}`);
}

function isClose(received: Tensor, expected: Expected, tolerance: number): Outcome {
  const { shape, numbers } = read(expected);
  const outcome = shape ? hasShape(received, shape) : passed();
  if (!outcome.passed) return outcome;
  const rows = received.shape[0] ?? 1;
  return close({ what: 'tensor', actual: received.dataSync(), expected: numbers, tolerance, rows });
}

/** What vitest makes of an outcome; whatever is not a tensor fails. */
function judge(received: unknown, compare: (tensor: Tensor) => Outcome) {
  const outcome = isTensor(received) ? compare(received) : failed(`expected a tensor and got ${typeof received}`);
  return { pass: outcome.passed, message: () => outcome.message };
}

/** The matchers, as `expect.extend` takes them. */
export const tensorMatchers = {
  toBeCloseToTensor: (received: unknown, expected: Expected, tolerance = usual) =>
    judge(received, (tensor) => isClose(tensor, expected, tolerance)),
  toHaveTensorShape: (received: unknown, expected: readonly number[]) =>
    judge(received, (tensor) => hasShape(tensor, expected)),
  toBeFiniteTensor: (received: unknown) =>
    judge(received, (tensor) => finite('tensor', tensor.dataSync(), (at) => `in entry ${at}`)),
};

/** Adds the tensor matchers to vitest's `expect`; call it once in a test file or a setup file. */
export const installMatchers = (): void => expect.extend(tensorMatchers);

interface TensorMatchers<R> {
  /**
   * Every number of a tensor is within `tolerance`, relative to 1 + |expected|, of what is expected, and the shape is the
   * same. Default tolerance 1e-5; 0 compares bit for bit.
   */
  toBeCloseToTensor(expected: Expected, tolerance?: number): R;
  /** A tensor has this shape, the batch included. */
  toHaveTensorShape(expected: readonly number[]): R;
  /** No number of a tensor is NaN or infinite. */
  toBeFiniteTensor(): R;
}

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends TensorMatchers<R> {}
}
