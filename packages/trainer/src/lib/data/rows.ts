import { tidied } from '@diffeo/core/engine';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { gatherRows, rowsOf, type TensorDataset } from './tensor-dataset.ts';

/** Rows of data from which batches are taken, wherever they are kept. */
export interface RowSource {
  readonly count: number;
  /** The rows with these numbers. The caller owns the result. */
  take(rows: Int32Array): TensorDataset;
}

/** Rows that are tensors already. */
export const tensorRows = (dataset: TensorDataset): RowSource => ({
  count: rowsOf(dataset),
  take: (rows) => gatherRows(dataset, rows),
});

/** A tensor's numbers in memory of the host, which threads can share. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly values: Float32Array | Int32Array;
}

/** {@link TensorDataset} in memory of the host. */
export interface HostDataset {
  readonly x: HostArray;
  readonly context?: HostArray;
  readonly weights?: HostArray;
}

function takeHostRows({ shape, dtype, values }: HostArray, rows: Int32Array): Tensor {
  const width = shape.slice(1).reduce((product, size) => product * size, 1);
  const taken = dtype === 'int32' ? new Int32Array(rows.length * width) : new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const begin = (rows[i] as number) * width;
    taken.set(values.subarray(begin, begin + width), i * width);
  }
  return tensor(taken, [rows.length, ...shape.slice(1)], dtype);
}

/** Rows in memory of the host: a batch becomes tensors when it is taken. */
export const hostRows = ({ x, context, weights }: HostDataset): RowSource => ({
  count: x.shape[0] as number,
  take: (rows) =>
    tidied(() => ({
      x: takeHostRows(x, rows),
      ...(context && { context: takeHostRows(context, rows) }),
      ...(weights && { weights: takeHostRows(weights, rows) }),
    })),
});

/** Memory that threads share where the platform allows it; else memory that is copied when it is posted. */
const hostBuffer = (bytes: number): SharedArrayBuffer | ArrayBuffer =>
  typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);

async function toHostArray(given: Tensor): Promise<HostArray> {
  const dtype = given.dtype === 'float32' ? 'float32' : 'int32';
  const read = await given.data();
  const buffer = hostBuffer(4 * read.length);
  const values = dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
  values.set(read);
  return { shape: given.shape, dtype, values };
}

/** A copy of the rows that threads can share. */
export async function toHostDataset({ x, context, weights }: TensorDataset): Promise<HostDataset> {
  return {
    x: await toHostArray(x),
    ...(context && { context: await toHostArray(context) }),
    ...(weights && { weights: await toHostArray(weights) }),
  };
}
