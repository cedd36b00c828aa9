import { columnReferences } from './column-references.ts';
import { refusal } from './csv-refusal.ts';
import type { ReadColumns } from './read-columns.ts';
import { shown, shownList } from './shown.ts';

/** Rounding may change values by this share of a column's standard deviation. */
const tolerated = 0.01;

/** Throws `CSV_PRECISION` for columns whose spread is lost in float32. */
export function requirePrecision(
  { blocks, at }: ReadColumns,
  kept: readonly number[],
  complete: Uint8Array | null,
  { names, source }: { readonly names: readonly string[]; readonly source: string },
): void {
  const size = at.length;
  const each = (callback: (value: number, column: number) => void): void => {
    for (const [rows, first] of blocks.parts()) {
      for (let row = 0; row < rows.length / size; row++) {
        if (complete?.[first + row] === 0) continue;
        for (let k = 0; k < kept.length; k++) callback(rows[row * size + (kept[k] as number)] as number, k);
      }
    }
  };
  const origins = new Float64Array(kept.length).fill(Number.NaN);
  const sums = new Float64Array(kept.length);
  const counts = new Float64Array(kept.length);
  each((value, k) => {
    if (Number.isNaN(origins[k] as number)) origins[k] = value;
    sums[k] = (sums[k] as number) + (value - (origins[k] as number));
    counts[k] = (counts[k] as number) + 1;
  });
  const means = origins.map((origin, k) => origin + (sums[k] as number) / (counts[k] as number));
  const squares = new Float64Array(kept.length);
  const errors = new Float64Array(kept.length);
  each((value, k) => {
    squares[k] = (squares[k] as number) + (value - (means[k] as number)) ** 2;
    errors[k] = (errors[k] as number) + (value - Math.fround(value)) ** 2;
  });
  const lost = [...kept.keys()].filter((k) => {
    const spread = squares[k] as number;
    // The spread of equal numbers is what rounding of their mean makes.
    return (
      spread > (counts[k] as number) * (1e-15 * (means[k] as number)) ** 2 &&
      (errors[k] as number) > tolerated ** 2 * spread
    );
  });
  const [first] = lost;
  if (first === undefined) return;
  const places = lost.map((k) => at[kept[k] as number] as number);
  const columns = places.map((place) => names[place] as string);
  const deviation = Math.sqrt((squares[first] as number) / (counts[first] as number)).toPrecision(3);
  const also = columns.length > 1 ? `; the like in ${shownList(columns.slice(1))}` : '';
  throw refusal('CSV_PRECISION', {
    problem: `${source}, column ${shown(columns[0] as string)}: its numbers lie around ${(means[first] as number).toPrecision(10)} with a standard deviation of ${deviation}, a difference that float32 does not keep${also}. Subtract an offset (its mean, say), or give it in another unit.`,
    columns,
    advice:
      lost.length < kept.length
        ? [{ exclude: columnReferences(places.map((i) => ({ name: names[i] as string, number: i + 1 }))) }]
        : [],
  });
}
