import type { CsvNote, CsvSettings } from '../csv-options.ts';
import type { CsvLayout } from '../layout/csv-layout.ts';
import { refusal } from '../problems/csv-refusal.ts';
import { shown, shownList } from '../problems/shown.ts';
import { columnReferences } from './column-references.ts';
import type { ReadColumns } from './read-columns.ts';

/** Rounding may change values by this share of a column's standard deviation. */
const tolerated = 0.01;

/** Where it changes them by more than this, or changes whole numbers, an origin is taken off. */
const unnoticed = 1e-3;

/** A column's numbers in float64, and what float32 would make of them. */
interface Spread {
  mean: number;
  /** The standard deviation. */
  deviation: number;
  /** The root of the mean square of what rounding changes. */
  error: number;
  count: number;
  isWhole: boolean;
}

/** What to take off a column with this spread: a round number near the mean. */
function roundOrigin({ mean, deviation }: Spread): number {
  const step = 10 ** Math.ceil(Math.log10(deviation));
  const origin = Math.round(mean / step) * step;
  return Number.isSafeInteger(origin) || step < 1 ? Number(origin.toPrecision(15)) : origin;
}

/** Where a column's numbers are put: raw = origin + unit × value. */
export interface ColumnPlace {
  readonly origin: number;
  readonly unit: number;
}

const day = 86_400;

/**
 * What is to be taken off each column's numbers, in float64, before they become float32: nothing where float32 keeps them.
 * Times in milliseconds have steps of two minutes otherwise, and whole numbers end at 2^24. Dates without a time are counted
 * in days, categories are left alone. Throws `CSV_PRECISION` where the spread is lost all the same.
 */
export function columnOrigins(
  layout: CsvLayout,
  { blocks, at, encoders }: ReadColumns,
  kept: readonly number[],
  complete: Uint8Array | null,
  { source, known }: CsvSettings,
  notes: CsvNote[],
): readonly ColumnPlace[] {
  const size = at.length;
  const lost: number[] = [];
  const spreads: Spread[] = [];
  const places = kept.map((i, k): ColumnPlace => {
    const name = layout.names[at[i] as number] as string;
    const before = known.get(name);
    if (before) return { origin: before.origin ?? 0, unit: before.unit ?? 1 };
    const isDate = encoders[i]?.kind === 'date';
    if (encoders[i] && !isDate) return { origin: 0, unit: 1 };
    const each = (callback: (value: number) => void): void => {
      for (const [rows, first] of blocks.parts()) {
        for (let row = 0, to = i; to < rows.length; row++, to += size) {
          const value = rows[to] as number;
          if (!Number.isNaN(value) && complete?.[first + row] !== 0) callback(value);
        }
      }
    };
    let unit = isDate ? day : 1;
    if (isDate) each((value) => (unit = value % day === 0 ? unit : 1));
    const spread = spreadOf((callback) => each(unit === 1 ? callback : (value) => callback(value / unit)));
    spreads[k] = spread;
    const { mean, deviation, error, isWhole } = spread;
    const isLost = error > unnoticed * deviation || (isWhole && error > 0) || isDate;
    const origin = deviation > 0 && isLost && Math.abs(mean) > 2 * deviation ? roundOrigin(spread) : 0;
    let rest = error;
    if (origin !== 0) {
      let sum = 0;
      each((value) => {
        const shifted = value / unit - origin;
        sum += (shifted - Math.fround(shifted)) ** 2;
      });
      rest = Math.sqrt(sum / spread.count);
    }
    if (deviation > 0 && rest > tolerated * deviation) lost.push(k);
    else if (origin !== 0 && !isDate) {
      const text = `${origin} is taken off the numbers of column ${shown(name)}, whose differences float32 would not keep`;
      notes.push({ code: 'ORIGIN', text, columns: [name] });
    }
    return { origin: origin * unit, unit };
  });
  if (lost.length > 0) throw refusePrecision(lost, spreads, layout, { at, kept, source });
  return places;
}

function spreadOf(each: (callback: (value: number) => void) => void): Spread {
  let [first, sum, count] = [Number.NaN, 0, 0];
  each((value) => {
    if (count++ === 0) first = value;
    sum += value - first;
  });
  const mean = first + sum / count;
  let [squares, errors, isWhole] = [0, 0, true];
  each((value) => {
    squares += (value - mean) ** 2;
    errors += (value - Math.fround(value)) ** 2;
    if (!Number.isInteger(value)) isWhole = false;
  });
  const deviation = Math.sqrt(squares / count);
  // The spread of equal numbers is what rounding of their mean makes.
  const isSpread = deviation > 1e-15 * Math.abs(mean);
  return { mean, deviation: isSpread ? deviation : 0, error: Math.sqrt(errors / count), count, isWhole };
}

function refusePrecision(
  lost: readonly number[],
  spreads: readonly Spread[],
  { names }: CsvLayout,
  { at, kept, source }: { readonly at: readonly number[]; readonly kept: readonly number[]; readonly source: string },
): Error {
  const places = lost.map((k) => at[kept[k] as number] as number);
  const columns = places.map((place) => names[place] as string);
  const { mean, deviation } = spreads[lost[0] as number] as Spread;
  const also = columns.length > 1 ? `; the like in ${shownList(columns.slice(1))}` : '';
  const exclude = columnReferences(places.map((i) => ({ name: names[i] as string, number: i + 1 })));
  return refusal('CSV_PRECISION', {
    problem: `${source}, column ${shown(columns[0] as string)}: its numbers lie around ${mean.toPrecision(10)} with a standard deviation of ${deviation.toPrecision(3)}, a difference that float32 does not keep${also}. Give it in another unit.`,
    columns,
    advice: lost.length < kept.length ? [{ exclude }] : [],
  });
}
