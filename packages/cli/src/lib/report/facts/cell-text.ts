import { type Column, dateText, rawNumber } from '@diffeo/datasets';

const significant = (value: number, digits: number): string => `${Number(value.toPrecision(digits))}`.replace('-', '−');

/** A number for people: at most so many digits, large ones in thousands and millions. */
export function shortNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return value === Number.NEGATIVE_INFINITY ? '−∞' : value > 0 ? '∞' : '–';
  const size = Math.abs(value);
  if (size >= 1e6)
    return value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: digits }).replace('-', '−');
  if (size >= 1e4) return Math.round(value).toLocaleString('en').replace('-', '−');
  return significant(value, digits);
}

/** Whether the numbers of a column stand for categories. */
export const isCategory = ({ categories, kind }: Pick<Column, 'categories' | 'kind'>): boolean =>
  categories !== undefined || kind === 'category' || kind === 'boolean';

/** The text of a category. */
export const categoryText = (value: number, { categories }: Pick<Column, 'categories'>): string =>
  categories?.[Math.round(value)] ?? `${value}`;

/** What a cell of a table holds, for people. */
export function cellText(value: number, column: Column): string {
  if (Number.isNaN(value)) return 'missing';
  if (isCategory(column)) return categoryText(value, column);
  return rawText(rawNumber(value, column), column);
}

/** A raw number of a column, for people. */
export function rawText(raw: number, { kind, unit }: Pick<Column, 'kind' | 'unit'>): string {
  if (kind !== 'date') return shortNumber(raw, 6);
  return dateText(unit === undefined ? raw : 86_400 * Math.round(raw / 86_400));
}
