import { oneLine, shortName } from '@diffeo/core/arguments';
import type { Column, CsvNote, CsvOptions, Dataset, ReadTable } from '@diffeo/datasets';
import { readDigits, readTableFile, readTableFiles, readTableStream } from '@diffeo/datasets/node';
import { csvFlags, shellWord } from '../options/csv-flags.ts';
import { say } from '../terminal/say.ts';
import { standardInput } from '../terminal/standard-input.ts';
import { isPattern, matchingFiles } from './matching-files.ts';

/** What messages call a file. */
export const sourceName = (path: string): string => (path === standardInput ? 'standard input' : path);

/** Says what was guessed of a file, and which option has it otherwise. */
export function sayNote(path: string, { text, otherwise }: CsvNote): void {
  const flags = otherwise ? csvFlags(otherwise).map(shellWord).join(' ') : '';
  say(oneLine(`${sourceName(path)}: ${text}${flags ? `; otherwise: ${flags}` : ''}`));
}

function tableAt(path: string, options: CsvOptions): Promise<ReadTable> {
  if (path === standardInput) return readTableStream(process.stdin, { source: sourceName(path), ...options });
  if (!isPattern(path)) return readTableFile(path, options);
  const files = matchingFiles(path);
  say(
    oneLine(
      `${path}: ${files.length} ${files.length === 1 ? 'file' : 'files'}, ${shortName(files[0] ?? '')}${files.length > 1 ? ` to ${shortName(files.at(-1) ?? '')}` : ''}`,
    ),
  );
  return readTableFiles(files, { source: path, ...options });
}

/** The rows of a file of a table, of the files of a pattern, or of standard input. Says what was guessed. */
export async function readTable(path: string, options: CsvOptions): Promise<ReadTable> {
  const table = await tableAt(path, options);
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
