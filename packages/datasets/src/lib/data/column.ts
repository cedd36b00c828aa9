/**
 * What the numbers of a column mean.
 *
 * - `real`, `positive`, `bounded`: numbers with decimals, of any sign, above 0, between two bounds that they reach.
 * - `integer`, `rounded`: multiples of the column's `step`, 1 or a decimal such as 0.1.
 * - `zero-inflated`, `tied`: numbers of which many are 0, or many are one or a few others (`atoms`).
 * - `category`, `boolean`: the numbers 0, 1, 2 … stand for the texts in `categories`.
 * - `date`: seconds since 1970 in UTC, or days where the column's `unit` is 86,400.
 * - `constant`, `index`, `identifier`, `text`: what tells rows apart or tells nothing, and has no density to learn.
 */
export const columnKinds = [
  ...(['real', 'positive', 'bounded', 'integer', 'rounded', 'zero-inflated', 'tied'] as const),
  ...(['category', 'boolean', 'date', 'constant', 'index', 'identifier', 'text'] as const),
] as const;

export type ColumnKind = (typeof columnKinds)[number];

/** What may come again in dates. */
export const datePeriods = ['daily', 'weekly', 'yearly'] as const;

export type DatePeriod = (typeof datePeriods)[number];

/** A number that comes so often that it has a probability of its own. */
export interface Atom {
  readonly value: number;
  /** Of the rows that have a number. */
  readonly share: number;
}

/** What a column of a data set is. All numbers here are those of the raw data: `origin` + `unit` × value. */
export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Why it is taken for that kind, as a part of a sentence. Absent where it was said. */
  readonly reason?: string;
  /** Where it stands in the file that it was read from, counted from 1. */
  readonly place?: number;
  /** What was taken off the raw numbers, in float64, before they were stored. Default 0. */
  readonly origin?: number;
  /** What 1 stands for in the raw data. Default 1. */
  readonly unit?: number;
  /** The texts that 0, 1, 2 … stand for. */
  readonly categories?: readonly string[];
  /** Raw numbers are multiples of this; times are written to it. */
  readonly step?: number;
  /** The least and the greatest raw number. */
  readonly range?: readonly [least: number, greatest: number];
  readonly atoms?: readonly Atom[];
  /** Of dates, where it was said: what comes again in them. A model finds it out otherwise. */
  readonly periods?: readonly DatePeriod[];
  /** In how many rows it lacks a value; such values are NaN. Default 0. */
  readonly missing?: number;
}

/** The raw number that a stored one stands for. */
export const rawNumber = (value: number, { origin = 0, unit = 1 }: Pick<Column, 'origin' | 'unit'>): number =>
  origin === 0 && unit === 1 ? value : Number((origin + unit * value).toPrecision(15));

/** The names of columns. */
export const columnNames = (columns: readonly Column[]): string[] => columns.map(({ name }) => name);
