import { fold, isDiffeoError, randomSource } from '@diffeo/core';
import { parseCsv, type ReadTable, refusalOf } from '../src/index.ts';
import { mutateCsv } from './lib/mutate-csv.ts';
import { joinLines, placeOf, type WrittenLayout, type WrittenTable, writeCsv } from './lib/write-csv.ts';

export const description =
  'A CSV file of any layout whose lines, fields, quotes or bytes are changed is refused with a DiffeoError, or each row that was left alone is read as it was written, and none is mixed with another.';
export const takes = '30 seconds';
export const counts = { whole: 10_000, short: 150 };

/** Throws at the first file that is read wrongly. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const outcomes = new Map<string, number>();
  for (let trial = 0; trial < count; trial++) {
    const random = randomSource(fold(seed, trial));
    const upTo = (most: number): number => Math.floor(random.uniform() * (most + 1));
    const layout = anyLayout(upTo);
    const written = writeCsv(layout, 6 + upTo(30), 2 + upTo(3));
    const mutation = mutateCsv(written, layout.delimiter, upTo);
    const bytes = mutation.bytes ?? written.encode(joinLines(mutation.table, layout.endsWithNewline));
    try {
      const outcome = await outcomeOf(bytes, mutation.table, mutation.isWild);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (cause) {
      throw new Error(`mutation ${trial}, ${mutation.name}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`, {
        cause,
      });
    }
    if ((trial + 1) % 2000 === 0) print(`${trial + 1} mutations`);
  }
  return [...outcomes].map(([code, times]) => `${code}: ${times}`).join(', ');
}

/** A layout of which each part is drawn. */
function anyLayout(upTo: (most: number) => number): WrittenLayout {
  const one = <T>(...values: T[]): T => values[upTo(values.length - 1)] as T;
  const seldom = (): boolean => upTo(3) === 0;
  return {
    delimiter: one(',', ',', ';', '\t', '|', '   '),
    newline: one('\n', '\r\n', '\r'),
    header: one('names', 'names', 'none', 'counted'),
    decimal: one('.', '.', ','),
    thousands: one('', '', 'mark', ' '),
    sign: one('', '', '', '$', '%'),
    titles: seldom() ? 1 + upTo(1) : 0,
    comments: seldom() ? 1 + upTo(1) : 0,
    sepLine: seldom(),
    units: seldom(),
    total: seldom(),
    trailing: seldom(),
    index: seldom(),
    words: seldom(),
    twice: seldom(),
    quoted: seldom(),
    mark: seldom(),
    encoding: one('utf-8', 'utf-8', 'latin1', 'utf-16le'),
    emptyLines: seldom(),
    endsWithNewline: upTo(3) > 0,
  };
}

/** `'read'`, or the code of a refusal. */
async function outcomeOf(bytes: Uint8Array, table: WrittenTable, isWild: boolean): Promise<string> {
  let read: ReadTable;
  try {
    read = await parseCsv(bytes, { missing: 'drop' });
  } catch (error) {
    if (!isDiffeoError(error)) throw error;
    if (error.message.length > 1500) throw new Error('the message is longer than a screen', { cause: error });
    if (error.code.startsWith('CSV_') && !refusalOf(error)) throw new Error('no refusal as data', { cause: error });
    return error.code;
  }
  requireWhole(read);
  if (!isWild) requireRows(read, table);
  return 'read';
}

/** What holds of any table. */
function requireWhole({ values, count, columns, eventShape }: ReadTable): void {
  const width = columns.length;
  if (width < 1 || eventShape[0] !== width) throw new Error('the columns do not agree');
  if (new Set(columns.map(({ name }) => name)).size !== width) throw new Error('a name comes twice');
  if (count < 1 || values.length !== count * width) throw new Error('the rows do not fill the table');
  if (!values.every(Number.isFinite)) throw new Error('a number is not finite');
}

/** Rows that were left alone come once each, in their order, and each column has its numbers where it had them. */
function requireRows({ values, count, columns }: ReadTable, { lines }: WrittenTable): void {
  const width = columns.length;
  const alone = lines.flatMap(({ row }) => (row >= 0 ? [row] : []));
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const places = Array.from(values.subarray(i * width, (i + 1) * width), (value) => placeOf(value)).filter(
      (p) => p !== null,
    );
    const rows = new Set(places.map(([row]) => row));
    const [row] = rows;
    if (row === undefined || !alone.includes(row)) continue;
    if (rows.size > 1) throw new Error(`rows ${[...rows]} are mixed`);
    found.push(row);
  }
  const missing = alone.filter((row) => !found.includes(row));
  if (missing.length > 0) throw new Error(`rows ${missing} are not read`);
  if (found.some((row, i) => i > 0 && row <= (found[i - 1] as number))) throw new Error(`rows come as ${found}`);
}
