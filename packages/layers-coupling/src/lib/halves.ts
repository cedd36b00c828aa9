import { type Shape, sizeOf } from '@diffeo/core';
import { permute } from '@diffeo/ops';
import { concat, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Partition } from './mask.ts';

/** Takes a batch of events apart, into matrices, and puts it together again. */
export interface Halves {
  split(x: Tensor): { kept: Tensor; changed: Tensor };
  join(kept: Tensor, changed: Tensor): Tensor;
}

const columns = (x: Tensor, from: number, count: number): Tensor => slice(x, [0, from], [x.shape[0] as number, count]);

const isRun = (dimensions: readonly number[]): boolean =>
  dimensions.every((d, i) => d === (dimensions[0] as number) + i);

/** Slices where each half is a run of columns; otherwise one permutation on the way in and one on the way out. */
function vectorHalves({ keep, change }: Partition): Halves {
  const [k, c] = [keep.length, change.length];
  if (k === 0) return { split: (x) => ({ kept: columns(x, 0, 0), changed: x }), join: (_, changed) => changed };
  if (isRun(keep) && isRun(change)) {
    const keepFirst = keep[0] === 0;
    return {
      split: (x) => ({ kept: columns(x, keepFirst ? 0 : c, k), changed: columns(x, keepFirst ? k : 0, c) }),
      join: (kept, changed) => concat(keepFirst ? [kept, changed] : [changed, kept], 1),
    };
  }
  const order = [...keep, ...change];
  const undo = new Int32Array(k + c);
  for (const [place, d] of order.entries()) undo[d] = place;
  return {
    split: (x) => {
      const sorted = permute(x, order);
      return { kept: columns(sorted, 0, k), changed: columns(sorted, k, c) };
    },
    join: (kept, changed) => permute(concat([kept, changed], 1), undo),
  };
}

/** Splits and joins `[batch, ...eventShape]` by a partition of the event's numbers, counted row by row. */
export function halves(parts: Partition, eventShape: Shape): Halves {
  const { split, join } = vectorHalves(parts);
  if (eventShape.length === 1) return { split, join };
  const size = sizeOf(eventShape);
  return {
    split: (x) => split(reshape(x, [x.shape[0] as number, size])),
    join: (kept, changed) => reshape(join(kept, changed), [changed.shape[0] as number, ...eventShape]),
  };
}
