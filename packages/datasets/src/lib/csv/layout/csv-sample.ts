import { isDiffeoError } from '@diffeo/core';
import { type RecordOptions, readRecords } from '../text/csv-records.ts';

/** A record and the line that it begins on. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

/** So many records tell what a file looks like. */
const most = 500;

/** The records at the beginning of a file; the last one may be cut where the text is, and is left out then. */
export async function sampleRecords(
  text: string,
  options: Omit<RecordOptions, 'onRecord'> & { readonly isWhole: boolean },
): Promise<readonly CsvRecord[]> {
  const records: CsvRecord[] = [];
  const enough = new Error('enough');
  let isCut = !options.isWhole;
  try {
    const onRecord = (fields: string[], line: number): void => {
      records.push({ fields, line });
      if (records.length > most) throw enough;
    };
    await readRecords([text], { ...options, onRecord });
  } catch (error) {
    // A quote that is not closed is one that is closed later, or is found when the file is read.
    if (error !== enough && !isDiffeoError(error)) throw error;
    isCut &&= error === enough;
  }
  if (isCut) records.pop();
  return records;
}
