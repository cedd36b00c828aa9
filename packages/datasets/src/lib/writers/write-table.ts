import { DiffeoError } from '@diffeo/core';
import { didYouMean, shortName } from '@diffeo/core/arguments';
import { type Dataset, requireDataset } from '../data/dataset.ts';
import { joinBytes } from '../files/join-bytes.ts';
import { csvWriter, tsvWriter } from './csv-writer.ts';
import { jsonLinesWriter, jsonWriter } from './json-writer.ts';
import { parquetWriter } from './parquet-writer.ts';
import type { TableWriter, WrittenColumn } from './table-writer.ts';

/** The writers of tables. A format is one of them, and an entry here. */
export const tableWriters: readonly TableWriter[] = [csvWriter, tsvWriter, jsonLinesWriter, jsonWriter, parquetWriter];

/** The writer of a format. Throws `CONFIG` where there is none of that name. */
export function tableWriter(format: string): TableWriter {
  const found = tableWriters.find(({ name }) => name === format);
  if (found) return found;
  const names = tableWriters.map(({ name }) => name);
  throw new DiffeoError(
    'CONFIG',
    `there is no format '${shortName(format)}' to write; there are ${names.join(', ')}${didYouMean(format, names)}`,
  );
}

/** The writer of files that are called so, by the ending; `null` where there is none. */
export const tableWriterOf = (path: string): TableWriter | null =>
  tableWriters.find(({ endings }) => endings.some((ending) => path.toLowerCase().endsWith(ending))) ?? null;

/**
 * A table as a file of a format: `csv`, `tsv`, `jsonl`, `json` or `parquet`. Columns without a description are called 1, 2, 3 ….
 *
 * @throws DiffeoError `CONFIG` for a format that there is not, `DATA` for what is not a data set.
 *
 * @example
 * const table = datasetFrom([1, 0.5, 2, 0.25], { eventShape: [2], columns: ['n', 'share'] });
 * console.log(new TextDecoder().decode(await encodeTable(table, { format: 'jsonl' }))); // {"n": 1, "share": 0.5} …
 */
export async function encodeTable(table: Dataset, { format }: { readonly format: string }): Promise<Uint8Array> {
  requireDataset(table);
  const { begin } = tableWriter(format);
  const width = table.eventShape.reduce((product, size) => product * size, 1);
  const columns = table.columns ?? Array.from({ length: width }, (_, i): WrittenColumn => ({ name: `${i + 1}` }));
  const pieces: Uint8Array[] = [];
  const encoder = new TextEncoder();
  const output = await begin(columns, (piece) => {
    pieces.push(typeof piece === 'string' ? encoder.encode(piece) : piece);
  });
  await output.write(table.values);
  await output.end();
  return joinBytes(pieces);
}
