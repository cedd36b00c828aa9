import type { ReadColumns } from '../columns/read-columns.ts';
import type { CsvNote } from '../csv-options.ts';
import { shownColumns } from '../problems/shown.ts';
import type { CsvLayout } from './csv-layout.ts';
import { numberMarks } from './csv-number.ts';

const formats: readonly (readonly [mark: number, text: string])[] = [
  [numberMarks.comma, 'a comma stands before the decimals of'],
  [numberMarks.thousands, 'marks between thousands are taken out of'],
  [numberMarks.currency, 'currency signs are taken off'],
  [numberMarks.percent, 'percent signs are taken off (4 % is 4)'],
  [numberMarks.brackets, 'numbers in brackets are negative in'],
];

/** Says in which ways the numbers of columns were written. */
export function numberFormats({ names }: CsvLayout, { at, marks }: ReadColumns, kept: readonly number[]): CsvNote[] {
  return formats.flatMap(([mark, text]): CsvNote[] => {
    const marked = kept.filter((i) => (marks[i] as number) & mark).map((i) => names[at[i] as number] as string);
    if (marked.length === 0) return [];
    const isComma = mark === numberMarks.comma;
    const note = { text: `${text} ${shownColumns(marked)}`, columns: marked };
    return [
      isComma ? { code: 'DECIMAL_COMMA', ...note, otherwise: { decimal: '.' } } : { code: 'NUMBER_FORMAT', ...note },
    ];
  });
}
