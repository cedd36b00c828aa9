import type { Numbers } from '../data/numbers.ts';
import type { TableWriter, WrittenColumn } from './table-writer.ts';
import { float32Text, isPlain, writtenCell } from './written-cell.ts';

/** Fields with separators, quotes, line breaks or spaces at their ends are quoted (RFC 4180). */
const csvField = (text: string): string =>
  text === '' || /[",\r\n;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Texts as one line. */
export const csvLine = (fields: readonly string[], delimiter = ','): string =>
  `${fields.map(csvField).join(delimiter)}\n`;

function fieldOf(value: number, column: WrittenColumn): string {
  const cell = writtenCell(value, column);
  if (cell === null) return '';
  return column.categories ? csvField(String(cell)) : String(cell);
}

/** Rows as lines; NaN is a gap, and empty. */
function csvRows(rows: Numbers, columns: readonly WrittenColumn[], delimiter: string): string {
  const width = columns.length;
  const plain = columns.map(isPlain);
  let text = '';
  for (let at = 0; at < rows.length; at += width) {
    for (let i = 0; i < width; i++) {
      const value = rows[at + i] as number;
      if (i > 0) text += delimiter;
      if (!plain[i]) text += fieldOf(value, columns[i] as WrittenColumn);
      else if (!Number.isNaN(value)) text += float32Text(value);
    }
    text += '\n';
  }
  return text;
}

function separated(name: string, endings: TableWriter['endings'], delimiter: string): TableWriter {
  return {
    name,
    endings,
    isText: true,
    async begin(columns, put, { header = true } = {}) {
      const names = columns.map((column) => column.name);
      if (header) await put(csvLine(names, delimiter));
      return {
        write: async (rows) => await put(csvRows(rows, columns, delimiter)),
        end: async () => undefined,
      };
    },
  };
}

/** Text with commas between fields, a line for each row (RFC 4180). Gaps are empty. */
export const csvWriter = separated('csv', ['.csv', '.txt'], ',');

/** Text with tabs between fields. */
export const tsvWriter = separated('tsv', ['.tsv', '.tab'], '\t');
