import type { Tensor } from '@tensorflow/tfjs-core';

/** Whether a value is a tensor, disposed or not. By what it has: two copies of tfjs have two classes. */
export const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' &&
  value !== null &&
  'dataId' in value &&
  'dtype' in value &&
  'isDisposed' in value &&
  Array.isArray((value as { shape?: unknown }).shape);
