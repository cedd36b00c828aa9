import {
  array,
  boolean,
  finite,
  integer,
  maxLength,
  maxValue,
  minValue,
  nullable,
  number,
  pipe,
  strictObject,
} from 'valibot';
import type { TableRows } from '../table-rows.ts';

/** How one column of a mixed table is distributed. All numbers are encoded ones, as the rows have them. */
export interface MixedColumn {
  /** Numbers that have a probability of their own, increasing: the codes of categories, or numbers that come again and again. */
  readonly atoms: readonly number[];
  /** Whether there are other numbers beside the atoms. */
  readonly continues: boolean;
  /** The distance of neighbouring numbers where they are rounded: each then has a probability. `null`: they have a density. */
  readonly step: number | null;
  /** A number of the column, from which steps are counted. */
  readonly origin: number;
  /** No number lies at or below this, nor within so much of it as a rule; of rounded numbers, where the cell of the least begins. */
  readonly low: number | null;
  readonly high: number | null;
  /** How near to a bound it is felt. */
  readonly softness: number;
  /** The probability that a number lies beyond a bound all the same, for each: data showed the bound, and may yet show otherwise. */
  readonly beyond: number;
  /** How far beyond a bound half of such numbers would lie. */
  readonly reach: number;
  /** Of dates: after how much time what follows them comes again, such as a year. */
  readonly periods: readonly number[];
}

/** Stands for a cell without a value, in a row of numbers that must all be finite. Exact in float32. */
export const missingCell: number = 2 ** 100;

/** Of a cell that is to be left open, in rows that are conditioned on: neither a value nor missing. */
export const openCell: number = Number.NaN;

const real = pipe(number(), finite());

/** The schema of {@link MixedColumn} in a model's configuration. */
export const mixedColumnSchema = strictObject({
  atoms: array(real),
  continues: boolean(),
  step: nullable(pipe(real, minValue(1e-30))),
  origin: real,
  low: nullable(real),
  high: nullable(real),
  softness: pipe(real, minValue(1e-30)),
  beyond: pipe(real, minValue(0), maxValue(0.25)),
  reach: pipe(real, minValue(1e-30)),
  periods: pipe(array(pipe(real, minValue(1e-30))), maxLength(16)),
});

/** A count in a configuration. */
export const countSchema = (most: number) => pipe(number(), integer(), minValue(1), maxValue(most));

/**
 * The states of a cell, one after the other: its atoms, any other number, and no value. Of columns that do not go on beside their atoms, other numbers are
 * categories that training never saw, which have one probability together.
 */
export const stateCount = ({ atoms }: MixedColumn): number => atoms.length + 2;

/** The state of a cell; −1 for one that is left open. */
export function stateOf({ atoms }: MixedColumn, value: number): number {
  if (Number.isNaN(value)) return -1;
  if (value === missingCell) return atoms.length + 1;
  let [low, high] = [0, atoms.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const atom = atoms[middle] as number;
    if (atom === value) return middle;
    if (atom < value) low = middle + 1;
    else high = middle - 1;
  }
  return atoms.length;
}

/** In which columns of rows a value is missing. */
export const gapsIn = ({ values, count, size }: TableRows): readonly boolean[] =>
  Array.from({ length: size }, (_, i) => {
    for (let row = 0; row < count; row++) if (values[row * size + i] === missingCell) return true;
    return false;
  });

/** The places of the columns that go on, whose numbers have a place among the normal scores. */
export const continuingColumns = (columns: readonly MixedColumn[]): readonly number[] =>
  columns.flatMap(({ continues }, i) => (continues ? [i] : []));
