import { DiffeoError } from '@diffeo/core';
import { type MixedColumn, missingCell } from './mixed-column.ts';

/** What is known of a column of a table, as the readers of `@diffeo/datasets` find it out. Numbers are raw: `origin` + `unit` × value. */
export interface ColumnFacts {
  readonly name: string;
  readonly kind: string;
  readonly origin?: number;
  readonly unit?: number;
  readonly categories?: readonly string[];
  readonly step?: number;
  readonly range?: readonly [least: number, greatest: number];
  readonly atoms?: readonly { readonly value: number }[];
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

/** Between what a column's numbers lie for certain, by its kind: raw. */
function boundsOf({ kind, step, range }: ColumnFacts): readonly [low: number | null, high: number | null] {
  const [least, greatest] = range ?? [-1, 1];
  if (kind === 'bounded') return [0, 1];
  if (kind === 'date' || kind === 'real' || least < 0) return [null, null];
  const percent = kind !== 'positive' && least === 0 && greatest === 100 && step !== undefined;
  return [step === undefined ? 0 : -step / 2, percent ? 100 + step / 2 : null];
}

/** The distribution of a column's cells by what is known of it and the numbers that there are, encoded. */
function columnOf(facts: ColumnFacts, numbers: Float64Array): MixedColumn {
  const { kind, categories, origin = 0, unit = 1 } = facts;
  const none = { step: null, origin: 0, low: null, high: null, softness: 1 };
  if (categories) return { atoms: categories.map((_, i) => i), continues: false, ...none };
  const encode = (raw: number): number => Math.fround((raw - origin) / unit);
  const isDay = kind === 'date' && unit !== 1;
  const step = isDay ? 1 : facts.step === undefined ? null : facts.step / unit;
  const few = distinctNumbers(numbers, fewValues);
  if (step !== null && few.length <= fewValues && numbers.length >= 8 * few.length) {
    return { atoms: few, continues: false, ...none };
  }
  const [low, high] = boundsOf(facts).map((raw) => (raw === null ? null : (raw - origin) / unit)) as [
    number | null,
    number | null,
  ];
  const often = (facts.atoms ?? []).map(({ value }) => encode(value));
  // Numbers that lie on a bound have no density there.
  if (step === null) {
    for (const bound of [low, high]) {
      if (bound !== null && numbers.includes(Math.fround(bound))) often.push(Math.fround(bound));
    }
  }
  const atoms = [...new Set(often)].sort((a, b) => a - b);
  const isAtom = new Set(atoms);
  const others = numbers.filter((value) => !isAtom.has(value));
  if (others.length < 2) return { atoms: distinctNumbers(numbers, numbers.length), continues: false, ...none };
  const [least, middle, greatest] = [0, others.length >> 1, others.length - 1].map((i) => others[i] as number) as [
    number,
    number,
    number,
  ];
  const spread = Math.max((greatest - least) / 4, step ?? 0, 1e-6 * Math.abs(greatest), 1e-20);
  const from = low ?? least;
  const softness = Math.min(spread, Math.max((least - from) / 3, (middle - from) / 10, spread / 100));
  // As a decimal, of which steps give decimals again.
  return { atoms, continues: true, step, origin: Number(least.toPrecision(7)), low, high, softness };
}

/**
 * How the columns of a table are distributed, by what its reader found out.
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
