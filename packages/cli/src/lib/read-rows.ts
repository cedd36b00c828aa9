import type { CsvOptions, Rows } from '@diffeo/datasets';
import { readCsvFile, readDigits } from '@diffeo/datasets/node';
import { say } from './say.ts';

/** The rows of a CSV file. Says how many were left out, if any. */
export async function readTable(
  path: string,
  options: CsvOptions,
): Promise<Rows & { readonly columns: readonly string[] }> {
  const table = await readCsvFile(path, options);
  if (table.dropped > 0) say(`${table.dropped} rows were left out, because a value is missing in each of them`);
  return table;
}

/** How many values a pixel of the digits takes. */
export const digitLevels = 17;

/** The images of the digits, with names for their columns. */
export async function readDigitRows(): Promise<Rows & { readonly columns: readonly string[] }> {
  const { images } = await readDigits();
  const columns = Array.from({ length: images.values.length / images.count }, (_, i) => `pixel${i + 1}`);
  return { ...images, columns };
}
