import { cast, type Tensor } from '@tensorflow/tfjs-core';
import { DiffeoError, type ErrorCode } from '../contract/error.ts';
import { describeValue } from './describe-value.ts';
import { isTensor } from './is-tensor.ts';

/** Says of what is not a tensor how to make one of it. */
function refuse(value: unknown, what: string, code: ErrorCode): never {
  const isRows = typeof value === 'object' && value !== null && 'values' in value && 'eventShape' in value;
  if (isRows) {
    throw new DiffeoError(
      code,
      `${what} must be a tensor; got rows of the host. Make one of them: toTensor(rows) of @diffeo/datasets.`,
    );
  }
  const isNumbers = Array.isArray(value) || ArrayBuffer.isView(value);
  const advice = isNumbers
    ? ' Make one of them, such as tf.tensor2d(rows), or toTensor(rows) of @diffeo/datasets.'
    : '';
  throw new DiffeoError(code, `${what} must be a tensor; got ${describeValue(value)}.${advice}`);
}

/**
 * A tensor as float32, which is what parts and kernels compute with: the same one, or where it is int32 or bool (as tfjs's
 * `oneHot` gives), a new one.
 *
 * @param what begins the message, as in `the data`
 * @throws DiffeoError with `code` for what is not a tensor, has been disposed, or holds no real numbers.
 */
export function requireTensor(value: unknown, what: string, code: ErrorCode = 'DATA'): Tensor {
  if (!isTensor(value)) return refuse(value, what, code);
  const { dtype, isDisposed } = value;
  if (isDisposed) {
    throw new DiffeoError(
      code,
      `${what}: this tensor has been disposed. Dispose of it, or let tf.tidy do so, only after its last use.`,
    );
  }
  if (dtype === 'float32') return value;
  if (dtype === 'int32' || dtype === 'bool') return cast(value, 'float32');
  throw new DiffeoError(code, `${what} must be of float32, or of int32 or bool, which become it; got ${dtype}`);
}
