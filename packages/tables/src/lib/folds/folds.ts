import { fold, type Seed, shuffled } from '@diffeo/core';

/** Which rows a fold's members are fitted on, which stop them, and which weigh them. No row is in two of them. */
export interface Fold {
  readonly train: Int32Array;
  readonly stop: Int32Array;
  readonly weigh: Int32Array;
}

/**
 * Cuts rows into folds. Each leaves out another part of the rows, of which one half says when to stop and how many components to take, and the other
 * half, which nothing of the fold was fitted to, how much its members weigh. One fold leaves out a fifth of the rows, 4,000 at most.
 */
export function foldsOf(rows: number, count: number, seed: Seed): readonly Fold[] {
  const order = shuffled(rows, fold(seed, 'folds'));
  const out = count === 1 ? Math.min(Math.round(rows / 5), 4000) : Math.ceil(rows / count);
  return Array.from({ length: count }, (_, i) => {
    const [begin, end] = [i * out, Math.min(rows, (i + 1) * out)];
    const middle = begin + Math.ceil((end - begin) / 2);
    return {
      train: Int32Array.from([...order.subarray(0, begin), ...order.subarray(end)]),
      stop: order.slice(begin, middle),
      weigh: order.slice(middle, end),
    };
  });
}
