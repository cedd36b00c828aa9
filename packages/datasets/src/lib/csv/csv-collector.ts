import { type Cell, cellText } from './columns/cell.ts';
import { columnEncoders } from './columns/column-encoders.ts';
import { ColumnTroubles } from './columns/column-trouble.ts';
import { countingColumns } from './columns/counting-columns.ts';
import { numberBlocks, type RowSample } from './columns/number-blocks.ts';
import type { ReadColumns } from './columns/read-columns.ts';
import type { CsvNote, CsvSettings, ReadTable } from './csv-options.ts';
import { csvTable } from './csv-table.ts';
import type { CsvLayout } from './layout/csv-layout.ts';
import { csvNumber, markedNumber } from './layout/csv-number.ts';
import { isFooter } from './layout/footer.ts';
import { refusal } from './problems/csv-refusal.ts';
import { refuseText } from './problems/refuse-text.ts';
import { shown } from './problems/shown.ts';

/** Takes records and gives a table. */
export interface CsvCollector {
  add(fields: readonly string[], line: number): void;
  /** The same for a row of a format with types: its numbers are numbers and its dates dates, and it has no footer. */
  addRow(cells: readonly Cell[], line: number): void;
  /** To be called after the last record of a file: the next ones are another's. */
  endFile(): void;
  table(): ReadTable;
}

/** So many records at the end may be a footer. */
const longestFooter = 3;

/** A file without numbers is not read on past so many records, and one that repeats a row not past so many. */
const maxWithoutNumbers = 10_000;
const maxRepetitions = 2 ** 20;

/** Nor past so many lines that are not rows, and nine times as many as there are rows. */
const maxStrayLines = 100_000;

/** 2 GiB in float64, more than can be trained on. */
const maxNumbers = 2 ** 28;

/** A sample has so many rows at most, and so many numbers: 256 MiB in float64. */
const [maxSampledRows, maxSampledNumbers] = [2 ** 20, 2 ** 25];

/** How many rows of a file of so many columns are held. It does not depend on which of them are taken: the same seed draws the same rows for each choice. */
const sampleOf = (sample: CsvSettings['sample'], width: number): RowSample | null =>
  sample && {
    seed: sample.seed,
    rows: sample.rows ?? Math.min(maxSampledRows, Math.ceil(maxSampledNumbers / width)),
  };

/** Turns records into rows of numbers, counting what is none. */
export function csvCollector(
  layout: CsvLayout,
  chosen: readonly number[],
  settings: CsvSettings,
  notes: CsvNote[],
): CsvCollector {
  const { width, header, decimals } = layout;
  const { source, isMissing, areNumbersMissing, areDatesMissing } = settings;
  // Columns of text that nobody asked for are not kept.
  const isText = (i: number): boolean => layout.columns[i]?.numbers === 0 && (layout.columns[i]?.texts ?? 0) > 4;
  const withNumbers = settings.columns || settings.takesAll ? chosen : chosen.filter((i) => !isText(i));
  const at = withNumbers.length > 0 ? withNumbers : chosen;
  const taken = new Set(at);
  const size = at.length;
  const isComma = at.map((i) => decimals[i] === ',');
  const encoders = settings.takesAll ? columnEncoders(layout, at, settings, notes) : at.map(() => null);
  const row = new Float64Array(size);
  const firstRow = new Float64Array(size);
  const read: Omit<ReadColumns, 'counting'> = {
    at,
    texts: chosen.filter((i) => !taken.has(i)),
    blocks: numberBlocks(size, sampleOf(settings.sample, width)),
    troubles: new ColumnTroubles(),
    ragged: { count: 0, first: null },
    marks: new Uint8Array(size),
    encoders,
  };
  const counting = countingColumns(layout.sample, at);
  const held: (readonly [fields: readonly string[], line: number])[] = [];
  let repeatedHeaders = 0;
  let comments = 0;
  let hasNumbers = false;
  let allSame = true;

  // Where the last column is empty, but for rows that are ragged, one that ends without a delimiter is whole too.
  const last = layout.columns[width - 1];
  const isLastEmpty =
    width > 1 &&
    last !== undefined &&
    last.missing >= (layout.isNamed[width - 1] ? 9 : 1) * (last.numbers + last.texts);
  const isHeader = (fields: readonly string[]): boolean =>
    header !== null && fields[width - 1] === header[width - 1] && header.every((name, i) => fields[i] === name);

  function readEncoded(i: number, field: string, line: number): number {
    if (isMissing(field)) {
      read.troubles.add(i, 'missing', field, line);
      return Number.NaN;
    }
    const value = encoders[i]?.encode(field) ?? Number.NaN;
    if (Number.isNaN(value)) read.troubles.add(i, 'text', field, line);
    return value;
  }

  /** What is not a plain number: one in another way of writing, or none. */
  function readOther(i: number, field: string, line: number): number {
    if (isMissing(field)) {
      read.troubles.add(i, 'missing', field, line);
      return Number.NaN;
    }
    const marked = markedNumber(field, isComma[i] ? ',' : '.');
    const value = marked?.value ?? csvNumber(field);
    if (value === null || (isComma[i] && !marked && Number.isFinite(value))) {
      read.troubles.add(i, 'text', field, line);
      return Number.NaN;
    }
    if (!Number.isFinite(Math.fround(value))) {
      read.troubles.add(i, 'infinite', field, line);
      return Number.NaN;
    }
    if (marked) read.marks[i] = (read.marks[i] as number) | marked.marks;
    return value;
  }

  function addRow(cells: readonly Cell[], line: number): void {
    for (let i = 0; i < size; i++) {
      const cell = cells[at[i] as number] ?? '';
      if (cell instanceof Date && encoders[i]?.kind === 'date' && !areDatesMissing) row[i] = cell.getTime() / 1000;
      else if (typeof cell !== 'number' || encoders[i] !== null || areNumbersMissing) {
        row[i] = readText(i, cellText(cell), line);
      } else if (Number.isFinite(Math.fround(cell))) row[i] = cell;
      else row[i] = readOther(i, cell > 0 ? 'inf' : '-inf', line);
    }
    store(line);
  }

  /** A field that is no number of a type. */
  function readText(i: number, field: string, line: number): number {
    if (encoders[i]) return readEncoded(i, field, line);
    const plain = isComma[i] || (areNumbersMissing && isMissing(field)) ? null : csvNumber(field);
    return plain !== null && Number.isFinite(Math.fround(plain)) ? plain : readOther(i, field, line);
  }

  function take(fields: readonly string[], line: number): void {
    if (repeatedHeaders + comments + read.ragged.count > maxStrayLines + 9 * read.blocks.added) {
      const problem = `${source}: up to line ${line} nearly no line is a row of ${width} fields as the first one. Are the fields divided otherwise?`;
      throw refusal('CSV_ENDLESS', { problem, line, advice: [] });
    }
    if (hasNumbers && isHeader(fields)) {
      repeatedHeaders++;
      return;
    }
    const surplus = fields.length - width;
    if (
      surplus !== 0 &&
      !(surplus === 1 && fields[width] === '' && !isLastEmpty) &&
      !(surplus === -1 && isLastEmpty && fields.at(-1) !== '')
    ) {
      if (/^[#%]/.test(fields[0] ?? '')) {
        comments++;
        return;
      }
      read.ragged.count++;
      read.ragged.first ??= { line, width: fields.length };
      return;
    }
    for (let i = 0; i < size; i++) {
      const field = fields[at[i] as number] ?? '';
      row[i] = readText(i, field, line);
    }
    store(line);
  }

  function store(line: number): void {
    const { blocks } = read;
    if (blocks.added === 0) firstRow.set(row);
    else if (allSame) allSame = row.every((value, i) => Object.is(value, firstRow[i]));
    hasNumbers ||= row.some((value) => !Number.isNaN(value));
    counting.follow(row);
    blocks.add(row);
    const { count, added } = blocks;
    if (!hasNumbers && added >= maxWithoutNumbers) throw refuseText(layout, read, settings);
    const endless = (problem: string) => refusal('CSV_ENDLESS', { problem: `${source} ${problem}`, line, advice: [] });
    if (allSame && added >= maxRepetitions) {
      throw endless(`repeats one row ${added} times, with no end in sight. A density needs rows that differ.`);
    }
    if (count * size > maxNumbers) throw endless(`has more than ${maxNumbers} numbers. Give fewer rows or columns.`);
  }

  /** Takes what is held back, but for a footer. */
  function takeHeld(): void {
    const isNumbers = (column: number): boolean => {
      const i = at.indexOf(column);
      return i >= 0 && encoders[i] === null && read.blocks.count > 2 && !read.troubles.of(i)?.texts;
    };
    const footer: typeof held = [];
    while (held.length > 0 && isFooter(held.at(-1)?.[0] as readonly string[], { width, isMissing, isNumbers })) {
      footer.unshift(held.pop() as (typeof held)[number]);
    }
    for (const [fields, line] of held.splice(0)) take(fields, line);
    const [first] = footer;
    if (!first) return;
    const label = shown(first[0].find((field) => field !== '') ?? '');
    const what = footer.length === 1 ? `line ${first[1]}` : `what follows from line ${first[1]} on`;
    notes.push({ code: 'FOOTER', text: `${what} (${label}) is not a row of the table and is left out` });
  }

  return {
    addRow,
    endFile: takeHeld,
    add(fields, line) {
      held.push([fields, line]);
      if (held.length > longestFooter) take(...(held.shift() as (typeof held)[number]));
    },
    table() {
      takeHeld();
      if (repeatedHeaders > 0) {
        const times = repeatedHeaders === 1 ? 'once' : `${repeatedHeaders} times`;
        notes.push({ code: 'REPEATED_HEADER', text: `its header comes again ${times} and is passed over` });
      }
      if (comments > 0) {
        notes.push({ code: 'COMMENTS', text: `${comments} lines that begin as comments do are passed over` });
      }
      return csvTable(layout, { ...read, counting: counting.found() }, settings, notes);
    },
  };
}
