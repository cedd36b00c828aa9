import { distinctNames } from '../columns/csv-columns.ts';
import type { CsvNote, CsvSettings } from '../csv-options.ts';
import { refusal } from '../problems/csv-refusal.ts';
import { shown, shownList } from '../problems/shown.ts';
import { csvBeginning } from './csv-beginning.ts';
import { detectDelimiter, fieldsOf, mostFrequent } from './csv-delimiter.ts';
import type { CsvHead } from './csv-head.ts';
import { detectHeader, holdsNames, isNumeric, type SampledColumn, sampleColumns } from './csv-header.ts';
import { type DecimalMark, decimalEvidence, isNumberLike } from './csv-number.ts';
import { type CsvRecord, sampleRecords } from './csv-sample.ts';

/** How a file is laid out, as far as its beginning tells. */
export interface CsvLayout {
  readonly delimiter: string;
  readonly comment: string | null;
  /** The head of the file from the first record on. */
  readonly text: string;
  readonly linesBefore: number;
  /** How many records come before the data: titles, names, units. */
  readonly recordsBefore: number;
  /** How many fields each row has. */
  readonly width: number;
  /** Names, each once. */
  readonly names: readonly string[];
  /** Whether a column's name is the file's, and no number instead of one. */
  readonly isNamed: readonly boolean[];
  /** The fields of the header, if there is one. */
  readonly header: readonly string[] | null;
  /** What stands before the decimals of each column. */
  readonly decimals: readonly DecimalMark[];
  /** The first rows of data. */
  readonly sample: readonly CsvRecord[];
  readonly columns: readonly SampledColumn[];
}

/** Titles above a table: how many records come before the first that has the width of most. */
function countTitles(records: readonly CsvRecord[], { skip, columns, isMissing }: CsvSettings): number {
  const named = records.slice(0, 20).findIndex(({ fields }) => holdsNames(fields, columns));
  if (named >= 0) return named;
  if (skip !== null) return 0;
  const { value: width } = mostFrequent(records.map(({ fields }) => fields.length));
  const first = records.findIndex(({ fields }) => fields.length === width);
  if (first < 1 || first > 20 || first > records.length / 2) return 0;
  const before = records[first - 1] as CsvRecord;
  // Names of all columns but that of the row names, as R writes them, or of all but an empty one at the end, are not a title.
  const hasNumbers = (records[first] as CsvRecord).fields.some((field) => isNumberLike(field));
  const isHeader =
    before.fields.length === width - 1 && before.fields.every((field) => !isMissing(field) && !isNumberLike(field));
  return isHeader && hasNumbers && (first === 1 || width > 2) ? first - 1 : first;
}

/** The header's fields for a table of `width`: R has no name for its row names, and some writers end rows with a delimiter. */
function headerFields(fields: readonly string[], width: number, body: readonly CsvRecord[]): readonly string[] {
  if (fields.length !== width - 1) return fields;
  return body.every((record) => (record.fields[width - 1] ?? '') === '') ? [...fields, ''] : ['', ...fields];
}

/** Whether the first row below the names holds units: text alone, where numbers follow. */
function isUnits(body: readonly CsvRecord[], isMissing: (field: string) => boolean): boolean {
  const [first, ...rest] = body;
  if (!first || rest.length < 2) return false;
  const sampled = sampleColumns(rest, first.fields.length, isMissing);
  const isText = (field: string): boolean => !isMissing(field) && !isNumberLike(field);
  const texts = first.fields.filter((field, i) => isText(field) && isNumeric(sampled[i] as SampledColumn));
  return texts.length > 0 && first.fields.every((field) => isMissing(field) || isText(field));
}

/** What stands before the decimals of each column: what its fields tell, or those of the others, or other files. */
function decimalMarks(
  sample: readonly CsvRecord[],
  names: readonly string[],
  delimiter: string,
  { decimal, like, source, takesAll, isStrict }: CsvSettings,
  notes: CsvNote[],
): readonly DecimalMark[] {
  if (decimal) return names.map(() => decimal);
  const counts = names.map(() => ({ comma: 0, dot: 0, either: 0 }));
  for (const { fields } of sample) {
    for (const [i, count] of counts.entries()) {
      const evidence = decimalEvidence(fields[i] ?? '');
      if (evidence) count[evidence]++;
    }
  }
  const total = (kind: 'comma' | 'dot'): number => counts.reduce((sum, count) => sum + count[kind], 0);
  const [commas, dots] = [total('comma'), total('dot')];
  const others: DecimalMark | undefined =
    commas !== dots ? (commas > dots ? ',' : '.') : (like.decimal ?? ({ ',': '.', ';': ',' } as const)[delimiter]);
  return counts.map(({ comma, dot, either }, i) => {
    if (comma !== dot) return comma > dot ? ',' : '.';
    if (either === 0) return others === ',' && commas > 0 ? ',' : '.';
    if (others) return others;
    const column = shown(names[i] as string);
    const example = sample.map(({ fields }) => fields[i] ?? '').find((field) => decimalEvidence(field) === 'either');
    if (takesAll && !isStrict) {
      const text = `the comma in ${shown(example ?? '')} of column ${column} is read as one between thousands, which it does not tell`;
      notes.push({ code: 'NUMBER_FORMAT', text, columns: [names[i] as string], otherwise: { decimal: ',' } });
      return '.';
    }
    throw refusal('CSV_DECIMAL', {
      problem: `${source}, column ${column}: the comma in ${shown(example ?? '')} could stand before decimals or between thousands.`,
      columns: [names[i] as string],
      advice: [{ decimal: ',' }, { decimal: '.' }],
    });
  });
}

/** Finds out how a file is laid out, and notes what is guessed. Throws `CSV_HEADER`, `CSV_DECIMAL`, `CSV_EMPTY`. */
export async function detectLayout(head: CsvHead, settings: CsvSettings, notes: CsvNote[]): Promise<CsvLayout> {
  const { source, quotes, isMissing } = settings;
  const beginning = csvBeginning(head, settings, notes);
  const { text, comment, lines: linesBefore } = beginning;
  const lines = text.slice(0, 2 ** 24).split(/\r\n|\n|\r/, 200);
  if (!head.isWhole && lines.length > 1 && lines.length < 200) lines.pop();
  const isData = (line: string): boolean => line.trim() !== '' && !(comment && line.trimStart().startsWith(comment));
  const delimiter =
    settings.delimiter ?? beginning.delimiter ?? detectDelimiter(lines.filter(isData), settings.like.delimiter);
  const cutting = { delimiter, comment, quotes, linesBefore, source };
  const records = await sampleRecords(text, { ...cutting, isWhole: head.isWhole });
  if (records.length === 0) {
    const problem = `${source} is empty: expected a header and rows of numbers.`;
    throw refusal('CSV_EMPTY', { problem, advice: [] });
  }
  if (settings.delimiter === null && beginning.delimiter === null && '| '.includes(delimiter)) {
    const what = delimiter === ' ' ? 'blanks stand' : "'|' stands";
    notes.push({ code: 'DELIMITER', text: `${what} between its fields`, otherwise: { delimiter: ',' } });
  }

  const titles = countTitles(records, settings);
  const first = records[titles]?.fields ?? [];
  if (titles > 0) {
    const line = (records[titles] as CsvRecord).line;
    const above = shownList(
      (records[0] as CsvRecord).fields.filter((field) => field !== ''),
      1,
    );
    notes.push({
      code: 'PREAMBLE',
      text: `the table begins on line ${line}: what stands above it (${above}) is passed over`,
      otherwise: { skip: 0 },
    });
  }
  const below = records.slice(titles + 1);
  const { value: usual } = mostFrequent(below.map(({ fields }) => fields.length));
  const isShortHeader = first.length === usual - 1 && first.every((field) => !isNumberLike(field));
  const hasHeader = isShortHeader && settings.header === 'auto' ? true : detectHeader(first, below, settings, notes);
  const width = hasHeader && isShortHeader ? usual : first.length;
  const header = hasHeader ? headerFields(first, width, below) : commentNames(beginning.lastComment, delimiter, first);
  if (header && !hasHeader) {
    notes.push({ code: 'HEADER', text: `the comment above the table holds its names: ${shownList(header, 3)}` });
  }
  const names = distinctNames(header ?? first.map(() => ''));
  const renamed = names.filter((name, i) => header?.[i] !== '' && header?.[i] !== name);
  if (header && renamed.length > 0) {
    notes.push({
      code: 'NAMES',
      text: `names that come twice are told apart: ${shownList(renamed)}`,
      columns: renamed,
    });
  }
  let body = hasHeader ? below : records.slice(titles);
  const hasUnits = hasHeader && isUnits(body, isMissing);
  if (hasUnits) {
    const { fields, line } = body[0] as CsvRecord;
    notes.push({ code: 'UNITS', text: `line ${line} holds units (${shownList(fields, 4)}) and is passed over` });
    body = body.slice(1);
  }
  const decimals = decimalMarks(body, names, delimiter, settings, notes);
  return {
    ...{ delimiter, comment, text, linesBefore, width, names, header, decimals },
    recordsBefore: titles + (hasHeader ? 1 : 0) + (hasUnits ? 1 : 0),
    isNamed: names.map((_, i) => (header?.[i] ?? '') !== ''),
    sample: body,
    columns: sampleColumns(body, width, isMissing),
  };
}

/** Names in the last line of comment above a table without a header, as NumPy writes them. */
function commentNames(line: string | null, delimiter: string, first: readonly string[]): readonly string[] | null {
  if (line === null || !first.some((field) => isNumberLike(field))) return null;
  const fields = fieldsOf(line, delimiter);
  const isFitting = fields.length === first.length && fields.every((field) => field !== '' && !isNumberLike(field));
  return isFitting ? fields : null;
}
