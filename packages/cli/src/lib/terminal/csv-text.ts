import { type Column, dateText, rawNumber } from '@diffeo/datasets';

/** The shortest text that reads back as the same float32 number. */
export function float32Text(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/** Fields with separators, quotes, line breaks or spaces at their ends are quoted (RFC 4180). */
export const csvField = (text: string): string =>
  text === '' || /[",\r\n;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** The first line of a CSV file. */
export const csvHeader = (columns: readonly string[]): string => `${columns.map(csvField).join(',')}\n`;

type RawColumn = Partial<Pick<Column, 'kind' | 'origin' | 'unit' | 'categories'>>;

/** Dates without a time of day stay so. */
function rawText(value: number, column: RawColumn): string {
  if (Number.isNaN(value)) return '';
  const { categories } = column;
  if (categories) return csvField(categories[Math.min(Math.max(Math.round(value), 0), categories.length - 1)] ?? '');
  if (column.kind !== 'date') return `${rawNumber(value, column)}`;
  return dateText(column.unit === undefined ? rawNumber(value, column) : rawNumber(Math.round(value), column));
}

/** Rows of float32 numbers as lines of CSV, as the raw numbers that they stand for; NaN is a gap, and empty. */
export function csvRows(values: Float32Array | Float64Array, columns: readonly RawColumn[]): string {
  const width = columns.length;
  const isPlain = columns.map(
    ({ kind, categories, origin = 0, unit = 1 }) => origin === 0 && unit === 1 && !categories && kind !== 'date',
  );
  let text = '';
  for (let at = 0; at < values.length; at += width) {
    for (let i = 0; i < width; i++) {
      const value = values[at + i] as number;
      text += `${i > 0 ? ',' : ''}${isPlain[i] ? (Number.isNaN(value) ? '' : float32Text(value)) : rawText(value, columns[i] ?? {})}`;
    }
    text += '\n';
  }
  return text;
}
