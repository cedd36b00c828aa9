import { textTable } from '../text-table.ts';
import type { MemoryRow } from './measure-memory.ts';

/** The result for people. */
export const memoryTable = (rows: readonly MemoryRow[]): string =>
  textTable(
    [
      { heading: 'couplings', align: 'right' },
      { heading: 'gradient', align: 'left' },
      { heading: 'peak MB', align: 'right' },
      { heading: 'ms', align: 'right' },
    ],
    rows.map(({ layers, gradient, peakBytes, milliseconds }) => [
      `${layers}`,
      gradient,
      (peakBytes / 1e6).toFixed(2),
      milliseconds.toFixed(1),
    ]),
  );
