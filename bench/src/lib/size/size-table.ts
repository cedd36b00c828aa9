import { textTable } from '../text-table.ts';
import type { PackageSize } from './measure-sizes.ts';

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

/** The result for people. */
export const sizeTable = (sizes: readonly PackageSize[]): string =>
  textTable(
    [
      { heading: 'package', align: 'left' },
      { heading: 'kB', align: 'right' },
      { heading: 'with ops', align: 'right' },
      { heading: 'budget', align: 'right' },
      { heading: '', align: 'left' },
    ],
    sizes.map(({ name, bytes, own, budget }) => [
      name,
      kilobytes(own),
      bytes === own ? '' : kilobytes(bytes),
      kilobytes(budget),
      own > budget ? 'over its budget' : '',
    ]),
  );
