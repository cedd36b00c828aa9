import { DiffeoError } from '@diffeo/core';
import { didYouMean, shortName } from '@diffeo/core/arguments';
import { type Column, columnNames, csvLine, missingValues, parseCsv } from '@diffeo/datasets';
import { missingCell } from '@diffeo/tables';

/** What is said of a column in `--given`. */
type Said = readonly [name: string, text: string];

/** The entries of `--given species=Adelie,year=2010`. Throws `USAGE`. */
export function givenEntries(entries: readonly string[]): readonly Said[] {
  return entries.map((entry) => {
    const at = entry.indexOf('=');
    if (at > 0) return [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
    throw new DiffeoError(
      'USAGE',
      `--given takes columns and values, such as species=Adelie,year=2010, and '${shortName(entry)}' is none`,
    );
  });
}

/** Throws unless every column that is given is one of the model, once. */
function requireColumns(said: readonly Said[], columns: readonly Column[]): void {
  const names = columnNames(columns);
  for (const [i, [name]] of said.entries()) {
    if (!names.includes(name)) {
      const meant = didYouMean(name, names) || '.';
      throw new DiffeoError(
        'CONTEXT',
        `--given: the model has no column '${shortName(name)}'${meant} It has ${names.slice(0, 20).join(', ')}`,
      );
    }
    if (said.findIndex(([other]) => other === name) < i) {
      throw new DiffeoError('CONTEXT', `--given says twice what '${shortName(name)}' is`);
    }
  }
}

const isMissing = (text: string): boolean => missingValues.includes(text.toLowerCase());

/** What is given, as the model takes it: a cell for each of its columns, NaN for those that are left open. Read as the files of the model are. */
export async function givenCells(said: readonly Said[], columns: readonly Column[]): Promise<Float64Array> {
  requireColumns(said, columns);
  const cells = new Float64Array(columns.length).fill(Number.NaN);
  for (const [name, text] of said) {
    const at = columns.findIndex((column) => column.name === name);
    const column = columns[at] as Column;
    if (isMissing(text)) {
      cells[at] = missingCell;
      continue;
    }
    // A second row keeps a value from being taken for a footer or a header.
    const csv = `${csvLine([name, 'row'])}${csvLine([text, '1'])}${csvLine([text, '2'])}`;
    const read = await parseCsv(csv, {
      take: 'all',
      known: [column],
      codesUnseen: true,
      header: true,
      delimiter: ',',
      missing: 'keep',
    }).catch(() => null);
    const value = read?.columns[0]?.name === name ? (read.values[0] as number) : Number.NaN;
    const { categories } = column;
    if (categories ? value < categories.length : Number.isFinite(value)) {
      cells[at] = value;
      continue;
    }
    const what = categories
      ? `none of its categories${didYouMean(text, categories) || '.'} They are ${categories.slice(0, 20).join(', ')}`
      : `not a ${column.kind === 'date' ? 'date' : 'number'}, which the column holds`;
    throw new DiffeoError('CONTEXT', `--given: '${shortName(text)}' in '${shortName(name)}' is ${what}`);
  }
  return cells;
}
