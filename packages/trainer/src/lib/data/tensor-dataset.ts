import { tidied } from '@diffeo/core/engine';
import { gather, slice, type Tensor, tensor1d } from '@tensorflow/tfjs-core';

/** Data to train on or to score: `x` `[rows, ...eventShape]`, and for a conditional flow their context. int32 and bool become float32. */
export interface TensorDataset {
  readonly x: Tensor;
  /** A row for each row of `x`, `[rows, ...contextShape]`, or one for all. */
  readonly context?: Tensor;
  /**
   * How much each row counts, `[rows]`, 0 or more: a row of weight 2 counts as two rows. Only how they compare matters. Training,
   * validation and the rows that a flow starts from go by them; a row's score does not. Default: all the same.
   */
  readonly weights?: Tensor;
}

/** Rows of a {@link TensorDataset} that go through a flow together: a row of the context for each of `x`. */
export type Batch = TensorDataset;

export const rowsOf = ({ x }: TensorDataset): number => x.shape[0] as number;

/** Another dataset, of what `f` makes of each tensor. The caller owns the result. */
const mapDataset = ({ x, context, weights }: TensorDataset, f: (tensor: Tensor) => Tensor): TensorDataset =>
  tidied(() => ({ x: f(x), ...(context && { context: f(context) }), ...(weights && { weights: f(weights) }) }));

/** The rows with these numbers. The caller owns the result. */
export const gatherRows = (dataset: TensorDataset, rows: Int32Array): Batch =>
  tidied(() => {
    const indices = tensor1d(rows, 'int32');
    return mapDataset(dataset, (tensor) => gather(tensor, indices));
  });

/** `count` rows from `begin` on. The caller owns the result. */
export const sliceRows = (dataset: TensorDataset, begin: number, count: number): Batch =>
  mapDataset(dataset, (tensor) =>
    slice(tensor, [begin, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)]),
  );

export function disposeDataset({ x, context, weights }: TensorDataset): void {
  x.dispose();
  context?.dispose();
  weights?.dispose();
}
