import { type Shape, sizeOf } from '@diffeo/core';
import { permute } from '@diffeo/ops';
import { concat, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Partition } from './mask.ts';
import { once } from './once.ts';
import type { Split } from './split.ts';

type Ways = Pick<Split, 'split' | 'merge'>;

const columnsOf = (x: Tensor, from: number, count: number): Tensor =>
  slice(x, [0, from], [x.shape[0] as number, count]);

const isRun = (dimensions: readonly number[]): boolean =>
  dimensions.every((d, i) => d === (dimensions[0] as number) + i);

/** Slices where each side is a run of columns; otherwise one permutation on the way in and one on the way out. */
function waysOf({ columns }: Partition): Ways {
  const { identityColumns, transformedColumns } = columns();
  const [k, c] = [identityColumns.length, transformedColumns.length];
  if (k === 0) {
    return { split: (x) => ({ identity: columnsOf(x, 0, 0), transformed: x }), merge: (_, value) => value };
  }
  if (isRun(identityColumns) && isRun(transformedColumns)) {
    const identityFirst = identityColumns[0] === 0;
    return {
      split: (x) => ({
        identity: columnsOf(x, identityFirst ? 0 : c, k),
        transformed: columnsOf(x, identityFirst ? k : 0, c),
      }),
      merge: (identity, value) => concat(identityFirst ? [identity, value] : [value, identity], 1),
    };
  }
  const order = [...identityColumns, ...transformedColumns];
  const undo = new Int32Array(k + c);
  for (const [place, d] of order.entries()) undo[d] = place;
  return {
    split: (x) => {
      const sorted = permute(x, order);
      return { identity: columnsOf(sorted, 0, k), transformed: columnsOf(sorted, k, c) };
    },
    merge: (identity, value) => permute(concat([identity, value], 1), undo),
  };
}

/** Splits events by a partition of their numbers, counted row by row. */
export function vectorSplit(parts: Partition, eventShape: Shape): Split {
  const ways = once(() => waysOf(parts));
  const shared = {
    inputShape: [parts.identityCount],
    outputShape: (parameters: number) => [parameters * parts.transformedCount],
    logDet: (rows: Tensor) => rows,
  };
  if (eventShape.length === 1) {
    return {
      ...shared,
      split: (x) => ways().split(x),
      merge: (identity, value) => ways().merge(identity, value),
      fuses: { kind: 'dense', columns: parts.columns },
    };
  }
  const size = sizeOf(eventShape);
  return {
    ...shared,
    split: (x) => ways().split(reshape(x, [x.shape[0] as number, size])),
    merge: (identity, value) => reshape(ways().merge(identity, value), [value.shape[0] as number, ...eventShape]),
  };
}
