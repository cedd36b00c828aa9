import { textTable } from '../text-table.ts';
import type { HeapResult } from './measure-heap.ts';

/** The result for people. */
export const heapTable = ({ rows }: HeapResult): string =>
  textTable(
    [
      { heading: 'step', align: 'right' },
      { heading: 'tensors', align: 'right' },
      { heading: 'heap, kB', align: 'right' },
    ],
    rows.map(({ step, tensors, takenBytes }) => [`${step}`, `${tensors}`, (takenBytes / 1000).toFixed(1)]),
  );
