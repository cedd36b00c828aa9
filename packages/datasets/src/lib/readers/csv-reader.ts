import { parseCsvFiles } from '../csv/parse-csv.ts';
import type { TableReader } from './reader.ts';

/** Text of any layout; the last to be asked, since it refuses in words what no other reader knows. */
export const csvReader: TableReader = {
  name: 'csv',
  recognise: (head) => !head.subarray(0, 512).some((byte) => byte < 9) || head[0] === 0xff || head[0] === 0xfe,
  read: (sources, options) =>
    parseCsvFiles(
      sources.map(({ name, chunks }) => ({ name, text: chunks })),
      { source: sources.map(({ name }) => name).join(', '), ...options },
    ),
};
