import { isDiffeoError } from '@diffeo/core';
import { type ReadTable, rawNumber, readTable } from '../src/index.ts';
import { type Chance, chance } from './lib/chance.ts';
import { mutatedBytes, mutatedLines } from './lib/mutated-tables.ts';
import { anyTable, type TableFile, tableFiles } from './lib/table-files.ts';

export const description =
  'Tables as JSON lines, JSON, Parquet, Arrow, NPY and NPZ are read as they were written; with bytes or lines changed they are whole tables or refused in words, within 2 seconds of the processor and 256 MiB, and lines of JSON that were left alone keep their numbers.';
export const takes = '5 minutes';
/** Of each format. */
export const counts = { whole: 10_000, short: 40 };

/** What holds of any table. */
function requireWhole({ values, count, columns, eventShape }: ReadTable): void {
  const width = columns.length;
  if (width < 1 || eventShape[0] !== width) throw new Error('the columns do not agree');
  if (new Set(columns.map(({ name }) => name)).size !== width) throw new Error('a name comes twice');
  if (count < 1 || values.length !== count * width) throw new Error('the rows do not fill the table');
  for (const [at, value] of values.entries()) {
    const categories = columns[at % width]?.categories;
    if (Math.abs(value) === Infinity) throw new Error('a number is infinite');
    if (categories && !Number.isNaN(value) && categories[value] === undefined) throw new Error('a code has no text');
  }
}

/** What a cell of a table stands for, as it was written. */
function cellOf({ values, columns }: ReadTable, row: number, name: string): number | string | null | undefined {
  const at = columns.findIndex((column) => column.name === name);
  const column = columns[at];
  const value = values[row * columns.length + at];
  if (!column || value === undefined) return undefined;
  if (Number.isNaN(value)) return null;
  if (column.categories) return column.categories[value];
  return column.kind === 'date'
    ? new Date(1000 * rawNumber(value, column)).toISOString().slice(0, 10)
    : rawNumber(value, column);
}

const isNear = (found: unknown, written: unknown): boolean =>
  typeof found === 'number' && typeof written === 'number'
    ? Math.abs(found - written) <= 1e-6 * Math.max(1, Math.abs(written))
    : found === written || (typeof written === 'number' && Number(found) === written);

/** A file that nobody changed is read as it was written, but for columns that tell nothing. */
function requireSame(table: ReadTable, { columns }: TableFile): void {
  const rows = columns[0]?.values.length ?? 0;
  if (table.count !== rows) throw new Error(`${table.count} rows are read of ${rows}`);
  for (const { name, values } of columns) {
    const { kind } = table.columns.find((column) => column.name === name) ?? {};
    if (kind === undefined) throw new Error(`column '${name}' is lost`);
    if (kind === 'text' || kind === 'identifier' || kind === 'constant') continue;
    for (const [row, written] of values.entries()) {
      const found = cellOf(table, row, name);
      if (!isNear(found, written)) throw new Error(`row ${row} of '${name}' is ${found} and was ${written}`);
    }
  }
}

/** Lines that were left alone come once each, in their order. */
function requireLines(
  { values, columns, count }: ReadTable,
  { columns: written }: TableFile,
  alone: ReadonlySet<number>,
) {
  const at = columns.findIndex(({ name }) => name === 'first');
  const { kind } = columns[at] ?? {};
  // Of a few rows, two that were changed make a column of texts.
  if (kind === undefined || kind === 'identifier' || kind === 'text' || kind === 'category') return;
  const numbers = written[0]?.values ?? [];
  let next = 0;
  for (const row of alone) {
    const isRow = (i: number): boolean =>
      isNear(rawNumber(values[i * columns.length + at] as number, columns[at] ?? {}), numbers[row]);
    while (next < count && !isRow(next)) next++;
    if (next === count) throw new Error(`line ${row} is not read`);
    next++;
  }
}

/** `'same'`, `'read'`, or the code of a refusal. */
async function outcomeOf(format: string, chances: Chance): Promise<string> {
  const file = (tableFiles[format] as (typeof tableFiles)[string])(anyTable(chances), chances);
  const isChanged = !chances.percent(10);
  const lines =
    isChanged && format === 'JSON lines' && chances.percent(70)
      ? mutatedLines(new TextDecoder().decode(file.bytes), chances)
      : null;
  const bytes = lines
    ? new TextEncoder().encode(lines.text)
    : isChanged
      ? mutatedBytes(file.bytes, chances)
      : file.bytes;
  let table: ReadTable;
  try {
    table = await readTable(bytes, { source: 'x' });
  } catch (error) {
    if (!isDiffeoError(error) || !isChanged) throw error;
    const { message, code } = error;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: messages hold none
    if (message.length > 1500 || /[\u0000-\u001f\u007f]/.test(message)) throw new Error('a message', { cause: error });
    return code;
  }
  requireWhole(table);
  if (!isChanged) requireSame(table, file);
  if (lines) requireLines(table, file, lines.alone);
  return isChanged ? 'read' : 'same';
}

/** `count` files of each format. Throws at the first that is read wrongly, refused otherwise than in words, or takes too long or too much memory. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const figures: string[] = [];
  for (const format of Object.keys(tableFiles)) {
    const outcomes = new Map<string, number>();
    let [slowest, largest] = [0, 0];
    for (let trial = 0; trial < count; trial++) {
      const [before, begin] = [process.memoryUsage.rss(), process.cpuUsage()];
      try {
        const outcome = await outcomeOf(format, chance(seed, trial));
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (cause) {
        throw new Error(`${format}, file ${trial} of seed ${seed}`, { cause });
      }
      const { user, system } = process.cpuUsage(begin);
      slowest = Math.max(slowest, (user + system) / 1000);
      largest = Math.max(largest, process.memoryUsage.rss() - before);
      if (slowest > 2000 || largest > 2 ** 28) {
        throw new Error(`${format}, file ${trial} of seed ${seed}: ${slowest.toFixed(0)} ms, ${largest} bytes`);
      }
    }
    const told = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, times]) => `${outcome} ${times}`);
    figures.push(
      `${format}: ${told.join(', ')}, at most ${slowest.toFixed(0)} ms and ${(largest / 2 ** 20).toFixed(0)} MiB`,
    );
    print(figures.at(-1) as string);
  }
  return figures.join('; ');
}
