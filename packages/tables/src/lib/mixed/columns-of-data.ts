import { DiffeoError } from '@diffeo/core';
import { atomsAmong } from './atoms-among.ts';
import { type MixedColumn, missingCell } from './mixed-column.ts';
import { type Period, periodsOf } from './periods.ts';

/**
 * What is known of a column of a table before its numbers are looked at, as the readers of `@diffeo/datasets` give it. Numbers are raw: `origin` + `unit` × value.
 */
export interface ColumnFacts {
  readonly name: string;
  readonly kind: string;
  /** Why it is taken for that kind. Absent where it was said: the kind is then kept, and else bounds are found out from the rows that are fitted to. */
  readonly reason?: string;
  readonly origin?: number;
  readonly unit?: number;
  readonly categories?: readonly string[];
  /** What numbers are multiples of, as they are written. */
  readonly step?: number;
  /** Of a date: what comes again. Default: what the span of the dates allows. */
  readonly periods?: readonly Period[];
}

/** So few different whole numbers are states, each with its own probability. */
const fewValues = 6;

/** The different numbers of a column, sorted, up to one more than `most`. */
function distinctNumbers(numbers: Float64Array, most: number): number[] {
  const found: number[] = [];
  for (const value of numbers) {
    if (found.at(-1) !== value) found.push(value);
    if (found.length > most) break;
  }
  return found;
}

/** Between what a column's numbers lie, by its kind if that was said, and by the numbers: raw. */
function boundsOf(
  { kind, reason, step }: ColumnFacts,
  [least, greatest]: readonly [number, number],
): readonly [low: number | null, high: number | null] {
  const isSaid = reason === undefined;
  const isShare = least >= 0 && greatest <= 1 && greatest > 0.5 && step === undefined;
  if (isSaid ? kind === 'bounded' : isShare) return [0, 1];
  if (kind === 'date' || (isSaid && kind === 'real') || least < 0) return [null, null];
  const isPercent = least === 0 && greatest === 100 && step !== undefined;
  return [step === undefined ? 0 : -step / 2, isPercent ? 100 + step / 2 : null];
}

const plain = {
  ...{ step: null, origin: 0, low: null, high: null },
  ...{ softness: 1, beyond: 0, reach: 1, periods: [] },
} as const;

/** What encoded numbers are multiples of; `null` where they are not rounded. Dates with days for units are days. */
export const encodedStep = ({ kind, step, unit = 1 }: ColumnFacts): number | null => {
  if (kind === 'date' && unit !== 1) return 1;
  return step === undefined ? null : step / unit;
};

/** The distribution of a column's cells by what is known of it and the numbers that there are, encoded and sorted. */
function columnOf(facts: ColumnFacts, numbers: Float64Array): MixedColumn {
  const { kind, categories, origin = 0, unit = 1 } = facts;
  // Categories of the file that these rows do not have were never seen.
  if (categories) return { ...plain, atoms: distinctNumbers(numbers, numbers.length), continues: false };
  const [least = 0, greatest = 0] = [numbers[0], numbers.at(-1)];
  const encode = (raw: number): number => Math.fround((raw - origin) / unit);
  const step = encodedStep(facts);
  const few = distinctNumbers(numbers, fewValues);
  if (step !== null && few.length <= fewValues && numbers.length >= 8 * few.length) {
    return { ...plain, atoms: few, continues: false };
  }
  const raw = (value: number): number => Number((origin + unit * value).toPrecision(7));
  const [low, high] = boundsOf(facts, [raw(least), raw(greatest)]).map((bound) =>
    bound === null ? null : (bound - origin) / unit,
  ) as [number | null, number | null];
  const often = kind === 'date' ? [] : [...atomsAmong(numbers)];
  if (kind === 'zero-inflated' && numbers.includes(encode(0))) often.push(encode(0));
  // Numbers that lie on a bound have no density there.
  if (step === null) {
    for (const bound of [low, high]) {
      if (bound !== null && numbers.includes(Math.fround(bound))) often.push(Math.fround(bound));
    }
  }
  const atoms = [...new Set(often)].sort((a, b) => a - b);
  const isAtom = new Set(atoms);
  const others = numbers.filter((value) => !isAtom.has(value));
  if (others.length < 2) return { ...plain, atoms: distinctNumbers(numbers, numbers.length), continues: false };
  const [first, middle, last] = [0, others.length >> 1, others.length - 1].map((i) => others[i] as number) as [
    number,
    number,
    number,
  ];
  const spread = Math.max((last - first) / 4, step ?? 0, 1e-6 * Math.abs(last), 1e-20);
  const from = low ?? first;
  return {
    ...{ atoms, continues: true, step, low, high },
    // As a decimal, of which steps give decimals again.
    origin: Number(first.toPrecision(7)),
    softness: Math.min(spread, Math.max((first - from) / 3, (middle - from) / 10, spread / 100)),
    // Half a row, as for categories that were never seen.
    beyond: low === null && high === null ? 0 : 0.5 / (numbers.length + 2),
    reach: spread,
    periods: kind === 'date' ? periodsOf(facts.periods, numbers, unit) : [],
  };
}

/**
 * How the columns of a table are distributed, by what is known of them and what these rows show, and nothing else: categories, numbers that come often, bounds.
 *
 * @throws DiffeoError `DATA` where columns and numbers do not go together.
 */
export function mixedColumnsOf(
  facts: readonly ColumnFacts[],
  { values, count }: { readonly values: ArrayLike<number>; readonly count: number },
): readonly MixedColumn[] {
  const size = facts.length;
  if (values.length !== count * size) {
    throw new DiffeoError('DATA', `${size} columns were given for ${count} rows of ${values.length} numbers in all`);
  }
  return facts.map((own, i) => {
    const numbers: number[] = [];
    for (let row = 0; row < count; row++) {
      const value = values[row * size + i] as number;
      if (!Number.isNaN(value) && value !== missingCell) numbers.push(value);
    }
    return columnOf(own, Float64Array.from(numbers).sort());
  });
}
