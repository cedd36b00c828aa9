import { rawNumber } from '../data/column.ts';
import { dateText } from '../data/kinds/date-format.ts';
import type { WrittenColumn } from './table-writer.ts';

/** A value as formats with types have it; `null` for a gap. */
export type WrittenCell = string | number | boolean | null;

/** The shortest text that reads back as the same float32 number. */
export function float32Text(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/** Whether the numbers of a column are written as they are. */
export const isPlain = ({ kind, categories, origin = 0, unit = 1 }: WrittenColumn): boolean =>
  origin === 0 && unit === 1 && !categories && kind !== 'date';

/** Whether a column holds days, without a time. */
export const isDays = ({ kind, unit }: WrittenColumn): boolean => kind === 'date' && unit !== undefined;

/** Whether a column is one of `true` and `false`, which formats with types have. */
export const isTruth = ({ kind, categories = [] }: WrittenColumn): boolean =>
  kind === 'boolean' && categories.length > 0 && categories.every((text) => text === 'true' || text === 'false');

/** The text of a category; the nearest, for a number that is none. */
const categoryOf = (value: number, categories: readonly string[]): string =>
  categories[Math.min(Math.max(Math.round(value), 0), categories.length - 1)] ?? '';

/** Seconds since 1970. Dates without a time of day stay so. */
export const dateSeconds = (value: number, column: WrittenColumn): number =>
  rawNumber(isDays(column) ? Math.round(value) : value, column);

/** What a stored number of a column stands for: the same number, text or date in every format. */
export function writtenCell(value: number, column: WrittenColumn): WrittenCell {
  if (Number.isNaN(value)) return null;
  const { categories, kind } = column;
  if (categories) {
    const text = categoryOf(value, categories);
    return isTruth(column) ? text === 'true' : text;
  }
  if (kind === 'date') return dateText(dateSeconds(value, column));
  return isPlain(column) ? Number(float32Text(value)) : rawNumber(value, column);
}
