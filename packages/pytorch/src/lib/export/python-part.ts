import type { HostTensor, Shape } from '@diffeo/core';
import type { Dense } from '../networks/dense.ts';

/** A piece of a model in Python: the expression that makes it, and its tensors by what they are called below it. */
export interface PythonPart {
  readonly code: string;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Numbers as a tensor of float32. */
export const floats = (shape: Shape, values: ArrayLike<number>): HostTensor => ({
  ...{ dtype: 'F32', shape },
  bytes: bytesOf(Float32Array.from(values)),
});

/** Whole numbers as a vector of int64, as PyTorch has indices. */
export const indices = (values: readonly number[]): HostTensor => ({
  ...{ dtype: 'I64', shape: [values.length] },
  bytes: bytesOf(BigInt64Array.from(values, BigInt)),
});

/** `torch.tensor(True)`. */
export const yes: HostTensor = { dtype: 'BOOL', shape: [], bytes: Uint8Array.of(1) };

/** The two tensors of a `torch.nn.Linear`. */
export const linear = (name: string, { inputs, outputs, weight, bias }: Dense): [string, HostTensor][] => [
  [`${name}.weight`, floats([outputs, inputs], weight)],
  [`${name}.bias`, floats([outputs], bias)],
];

/** A part's tensors, called by what holds it. */
export const below = (name: string, { tensors }: PythonPart): [string, HostTensor][] =>
  [...tensors].map(([own, tensor]) => [`${name}.${own}`, tensor]);

/** `[1, 2, 3]`, as both languages write it. */
export const list = (values: readonly number[]): string => `[${values.join(', ')}]`;
