import type { DiffeoError } from '@diffeo/core';
import { columnReferences } from '../columns/column-references.ts';
import type { ReadColumns } from '../columns/read-columns.ts';
import type { CsvSettings } from '../csv-options.ts';
import { isNumeric } from '../layout/csv-header.ts';
import type { CsvLayout } from '../layout/csv-layout.ts';
import { refusal } from './csv-refusal.ts';
import { shown, shownColumns } from './shown.ts';

/** The error for a file, or for chosen columns of it, without numbers. */
export function refuseText(
  layout: CsvLayout,
  read: Pick<ReadColumns, 'at' | 'texts'>,
  { source, columns }: CsvSettings,
): DiffeoError {
  const { names, sample } = layout;
  const all = [...read.texts, ...read.at];
  const unfit = new Set(all);
  const numeric = layout.columns.flatMap((column, i) => (isNumeric(column) && !unfit.has(i) ? [i] : []));
  const record = sample.find(({ fields }) => all.some((i) => (fields[i] ?? '') !== ''));
  const first = all.find((i) => (record?.fields[i] ?? '') !== '');
  const example =
    record && first !== undefined
      ? `; ${shownColumns([names[first] as string])} has ${shown(record.fields[first] as string)} on line ${record.line}`
      : '';
  const which = columns
    ? `${shownColumns(all.map((i) => names[i] as string))} of ${source} hold`
    : `${source}: no column holds`;
  const problem = `${which}${columns ? ' no' : ''} numbers${example}. A flow learns from numbers.`;
  const advice =
    columns && numeric.length > 0
      ? [{ columns: columnReferences(numeric.map((i) => ({ name: names[i] as string, number: i + 1 }))) }]
      : [];
  return refusal('CSV_NO_NUMBERS', { problem, columns: all.map((i) => names[i] as string), advice });
}
