import { isPlace } from '../columns/csv-columns.ts';
import type { CsvNote, CsvSettings } from '../csv-options.ts';
import { refusal } from '../problems/csv-refusal.ts';
import { shown, shownList } from '../problems/shown.ts';
import { isNumberLike } from './csv-number.ts';
import type { CsvRecord } from './csv-sample.ts';

/** What a column of the sample holds. */
export interface SampledColumn {
  readonly numbers: number;
  readonly texts: number;
  readonly missing: number;
}

/** Counts numbers, texts and gaps of each column. */
export function sampleColumns(
  records: readonly CsvRecord[],
  width: number,
  isMissing: (field: string) => boolean,
): readonly SampledColumn[] {
  const columns = Array.from({ length: width }, () => ({ numbers: 0, texts: 0, missing: 0 }));
  for (const { fields } of records) {
    for (const [i, column] of columns.entries()) {
      const field = fields[i] ?? '';
      if (isMissing(field)) column.missing++;
      else if (isNumberLike(field)) column.numbers++;
      else column.texts++;
    }
  }
  return columns;
}

export const isNumeric = ({ numbers, texts }: SampledColumn): boolean => numbers > 0 && texts <= 0.1 * numbers;

/** Whether names are what a file without a header calls its columns. */
const areOrdinals = (names: readonly (string | number)[]): boolean =>
  names.every((name, i) => `${name}` === `${i + 1}`);

/** Whether a row holds the names that are asked for. */
export function holdsNames(fields: readonly string[], columns: readonly (string | number)[] | null): boolean {
  if (!columns || columns.length === 0 || areOrdinals(columns)) return false;
  if (columns.length === fields.length && columns.every((name, i) => name === fields[i])) return true;
  const held = new Set(fields);
  // A number beyond the last column can only be a name.
  const isName = (name: string | number): boolean => !isPlace(name) || Number(name) > fields.length;
  return columns.some(isName) && columns.every((name) => !isName(name) || held.has(`${name}`));
}

const isCounting = (fields: readonly string[]): boolean => {
  // The index has no name, nor has what follows a delimiter at the end.
  const named = fields.slice(fields[0] === '' ? 1 : 0, fields.at(-1) === '' ? -1 : undefined);
  const first = Number(named[0]);
  return named.length > 1 && (first === 0 || first === 1) && named.every((field, i) => field === `${first + i}`);
};

/** Whether the first row holds names. Throws `CSV_HEADER` where it could be names as well as data. */
export function detectHeader(
  first: readonly string[],
  rest: readonly CsvRecord[],
  { columns, header, like, takesAll, isStrict, isMissing, source }: CsvSettings,
  notes: CsvNote[],
): boolean {
  if (header !== 'auto') return header;
  if (holdsNames(first, columns)) return true;
  const sampled = sampleColumns(rest, first.length, isMissing);
  const isText = (field: string): boolean => !isMissing(field) && !isNumberLike(field);
  const texts = first.filter(isText);
  const numbers = first.filter((field) => isNumberLike(field));
  if (rest.length === 0 && (texts.length === 0 || numbers.length === 0)) return texts.length > 0;
  const overNumbers = first.filter((field, i) => isText(field) && isNumeric(sampled[i] as SampledColumn));
  if (overNumbers.length > 0) {
    if (numbers.length > 0) {
      const text = `its first row is read as names, since ${shown(overNumbers[0] as string)} stands above numbers`;
      notes.push({ code: 'HEADER', text, otherwise: { header: false } });
    }
    return true;
  }
  if (numbers.length === 0) return texts.length > 0;
  if (texts.length === 0) return isCountingHeader(first, rest, notes);
  const recurs = first.some((field, i) => isText(field) && rest.some(({ fields }) => fields[i] === field));
  if (recurs || numbers.some((field) => !/^[+-]?\d+$/.test(field))) {
    const text = `its first row is read as data, since it holds numbers such as ${shown(numbers[0] as string)}`;
    notes.push({ code: 'HEADER', text, otherwise: { header: true } });
    return false;
  }
  if (typeof like.header === 'boolean') return like.header;
  if (takesAll && !isStrict) {
    const isDistinct = new Set(numbers).size === numbers.length;
    const text = `its first row (${shownList(first, 3)}) is read as ${isDistinct ? 'names' : 'data'}, which it does not tell`;
    notes.push({ code: 'HEADER', text, otherwise: { header: !isDistinct } });
    return isDistinct;
  }
  throw refusal('CSV_HEADER', {
    problem: `${source}: the first row has both text (${shownList(texts, 1)}) and numbers (${shownList(numbers, 1)}), so it could be names or data.`,
    line: 1,
    advice: [{ header: true }, { header: false }],
  });
}

/** A row of numbers alone is data, unless it counts the columns, as pandas does where they have no names. */
function isCountingHeader(first: readonly string[], rest: readonly CsvRecord[], notes: CsvNote[]): boolean {
  if (!isCounting(first) || rest.length < 4) return false;
  const isUsual = first.every((field, i) => {
    if (field === '') return true;
    const column = rest.map(({ fields }) => fields[i] ?? '');
    const values = column.map(Number);
    const isWithin = values.some((value) => value <= Number(field)) && values.some((value) => value >= Number(field));
    return column.every((value) => /^[+-]?\d*$/.test(value)) && (isWithin || !first.includes('0'));
  });
  notes.push({
    code: 'HEADER',
    text: `its first row counts the columns (${shownList(first, 3)}) and is read as ${isUsual ? 'data, since the rows below hold such numbers too' : 'names'}`,
    otherwise: { header: isUsual },
  });
  return !isUsual;
}
