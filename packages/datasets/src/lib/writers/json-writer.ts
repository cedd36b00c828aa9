import type { Numbers } from '../data/numbers.ts';
import type { TableWriter, WrittenColumn } from './table-writer.ts';
import { writtenCell } from './written-cell.ts';

/** Objects, one for each row. There is neither infinity nor NaN in JSON: both are `null`. */
function* objectsOf(rows: Numbers, columns: readonly WrittenColumn[]): Generator<string> {
  const width = columns.length;
  const keys = columns.map(({ name }) => JSON.stringify(name));
  for (let at = 0; at < rows.length; at += width) {
    const members = columns.map(
      (column, i) => `${keys[i]}: ${JSON.stringify(writtenCell(rows[at + i] as number, column))}`,
    );
    yield `{${members.join(', ')}}`;
  }
}

/** A line of JSON for each row: an object with the names of the columns. Gaps are `null`. */
export const jsonLinesWriter: TableWriter = {
  name: 'jsonl',
  endings: ['.jsonl', '.ndjson'],
  isText: true,
  begin: async (columns, put) => ({
    write: async (rows) => await put([...objectsOf(rows, columns), ''].join('\n')),
    end: async () => undefined,
  }),
};

/** One list of such objects. */
export const jsonWriter: TableWriter = {
  name: 'json',
  endings: ['.json'],
  isText: true,
  begin(columns, put) {
    let before = '[\n';
    return Promise.resolve({
      async write(rows) {
        const text = [...objectsOf(rows, columns)].join(',\n');
        if (text === '') return;
        await put(before + text);
        before = ',\n';
      },
      end: async () => await put(before === ',\n' ? '\n]\n' : '[]\n'),
    });
  },
};
