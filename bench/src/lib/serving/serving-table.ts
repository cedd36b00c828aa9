import { textTable } from '../text-table.ts';
import type { ServingResult } from './measure-serving.ts';

/** The result for people. */
export const servingTable = ({ rows }: ServingResult): string =>
  textTable(
    [
      { heading: 'way', align: 'left' },
      { heading: 'ms', align: 'right' },
      { heading: '× one batch', align: 'right' },
    ],
    rows.map(({ way, milliseconds, timesOneBatch }) => [way, milliseconds.toFixed(3), timesOneBatch.toFixed(2)]),
  );
