import { oneLine } from '@diffeo/core/arguments';
import type { Column, CsvNote, CsvOptions, Dataset, ReadTable } from '@diffeo/datasets';
import { readDigits, readTableFile, readTableStream } from '@diffeo/datasets/node';
import { csvFlags, shellWord } from '../options/csv-flags.ts';
import { say } from '../terminal/say.ts';
import { standardInput } from '../terminal/standard-input.ts';

/** What messages call a file. */
export const sourceName = (path: string): string => (path === standardInput ? 'standard input' : path);

/** Says what was guessed of a file, and which option has it otherwise. */
export function sayNote(path: string, { text, otherwise }: CsvNote): void {
  const flags = otherwise ? csvFlags(otherwise).map(shellWord).join(' ') : '';
  say(oneLine(`${sourceName(path)}: ${text}${flags ? `; otherwise: ${flags}` : ''}`));
}

/** The rows of a file of a table, or of standard input. Says what was guessed. */
export async function readTable(path: string, options: CsvOptions): Promise<ReadTable> {
  const table = await (path === standardInput
    ? readTableStream(process.stdin, { source: sourceName(path), ...options })
    : readTableFile(path, options));
  for (const note of table.notes) sayNote(path, note);
  return table;
}

/** How many values a pixel of the digits takes. */
export const digitBins = 17;

/** The images of the digits, with names for their columns. */
export async function readDigitRows(): Promise<Dataset<Float32Array> & { readonly columns: readonly Column[] }> {
  const { images } = await readDigits();
  const columns = Array.from(
    { length: images.values.length / images.count },
    (_, i): Column => ({ name: `pixel${i + 1}`, kind: 'integer', step: 1 }),
  );
  return { ...images, columns };
}
