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
  /** The root of the mean square of what rounding changes, without an origin and with one. */
  error: number;
  shiftedError: number;
  isWhole: boolean;
}

/** What to take off a column with this spread: a round number near the mean. */
function roundOrigin({ mean, deviation }: Spread): number {
  const step = 10 ** Math.ceil(Math.log10(deviation));
  const origin = Math.round(mean / step) * step;
  return Number.isSafeInteger(origin) || step < 1 ? Number(origin.toPrecision(15)) : origin;
}

/**
 * What is to be taken off each column's numbers, in float64, before they become float32: nothing where float32 keeps them.
 * Times in milliseconds have steps of two minutes otherwise, and whole numbers end at 2^24. Throws `CSV_PRECISION` where
 * the spread is lost all the same.
 */
export function columnOrigins(
  layout: CsvLayout,
  { blocks, at }: ReadColumns,
  kept: readonly number[],
  complete: Uint8Array | null,
  { source, origins: given }: CsvSettings,
  notes: CsvNote[],
): readonly number[] {
  const name = (k: number): string => layout.names[at[kept[k] as number] as number] as string;
  if (given) return kept.map((_, k) => (Object.hasOwn(given, name(k)) ? (given[name(k)] as number) : 0));
  const size = at.length;
  const each = (callback: (value: number, column: number) => void): void => {
    for (const [rows, first] of blocks.parts()) {
      for (let row = 0; row < rows.length / size; row++) {
        if (complete?.[first + row] === 0) continue;
        for (let k = 0; k < kept.length; k++) callback(rows[row * size + (kept[k] as number)] as number, k);
      }
    }
  };
  const firsts = new Float64Array(kept.length).fill(Number.NaN);
  const sums = new Float64Array(kept.length);
  const counts = new Float64Array(kept.length);
  each((value, k) => {
    if (Number.isNaN(firsts[k] as number)) firsts[k] = value;
    sums[k] = (sums[k] as number) + (value - (firsts[k] as number));
    counts[k] = (counts[k] as number) + 1;
  });
  const means = firsts.map((first, k) => first + (sums[k] as number) / (counts[k] as number));
  const squares = new Float64Array(kept.length);
  const errors = new Float64Array(kept.length);
  const fractions = new Uint8Array(kept.length);
  each((value, k) => {
    squares[k] = (squares[k] as number) + (value - (means[k] as number)) ** 2;
    errors[k] = (errors[k] as number) + (value - Math.fround(value)) ** 2;
    if (!Number.isInteger(value)) fractions[k] = 1;
  });
  const spreads = [...kept.keys()].map((k): Spread => {
    const [mean, count] = [means[k] as number, counts[k] as number];
    const deviation = Math.sqrt((squares[k] as number) / count);
    // The spread of equal numbers is what rounding of their mean makes.
    const isSpread = deviation > 1e-15 * Math.abs(mean);
    const error = Math.sqrt((errors[k] as number) / count);
    return { mean, deviation: isSpread ? deviation : 0, error, shiftedError: 0, isWhole: fractions[k] === 0 };
  });
  const origins = spreads.map((spread) => {
    const { mean, deviation, error, isWhole } = spread;
    const isLost = error > unnoticed * deviation || (isWhole && error > 0);
    return deviation > 0 && isLost && Math.abs(mean) > 2 * deviation ? roundOrigin(spread) : 0;
  });
  each((value, k) => {
    const shifted = value - (origins[k] as number);
    const spread = spreads[k] as Spread;
    spread.shiftedError += (shifted - Math.fround(shifted)) ** 2 / (counts[k] as number);
  });
  const lost = [...kept.keys()].filter((k) => {
    const { deviation, shiftedError } = spreads[k] as Spread;
    return deviation > 0 && Math.sqrt(shiftedError) > tolerated * deviation;
  });
  if (lost.length > 0) throw refusePrecision(lost, spreads, layout, { at, kept, source });
  for (const [k, origin] of origins.entries()) {
    if (origin === 0) continue;
    const text = `${origin} is taken off the numbers of column ${shown(name(k))}, whose differences float32 would not keep`;
    notes.push({ code: 'ORIGIN', text, columns: [name(k)] });
  }
  return origins;
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
