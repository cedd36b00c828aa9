import { type Column, rawNumber } from '@diffeo/datasets';
import { missingCell } from '@diffeo/tables';

/** Rows are drawn anew so often at most. */
const attempts = 20;
/** What float32 does to a date, relative to how far it lies from the origin. */
const rounding = 2 ** -22;

/** The places of columns whose dates lie within those of the data. */
const datePlaces = (columns: readonly Column[]): readonly number[] =>
  columns.flatMap(({ kind, range }, i) => (kind === 'date' && range ? [i] : []));

function isBeyond(value: number, column: Column): boolean {
  if (value === missingCell) return false;
  const [least, greatest] = column.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const { step = 0, origin = 0, unit = 1 } = column;
  const room = Math.max((step || unit) / 2, rounding * Math.max(Math.abs(least - origin), Math.abs(greatest - origin)));
  const raw = rawNumber(value, column);
  return raw < least - room || raw > greatest + room;
}

/**
 * Rows without dates before the first of the data or after the last: a density that is smooth reaches beyond them, and nothing is known of what comes then. Such rows are
 * drawn anew, by `again`, which draws the first `count` of them as the `attempt`-th time; columns that are `given` are what they were said to be.
 * Those that are still beyond after so many attempts stay: a given value may leave no other dates.
 */
export async function withinDates<Values extends Float32Array | Float64Array>(
  values: Values,
  columns: readonly Column[],
  again: (count: number, attempt: number) => Promise<ArrayLike<number>> | ArrayLike<number>,
  given: ReadonlySet<number> = new Set(),
): Promise<Values> {
  const size = columns.length;
  const places = datePlaces(columns).filter((place) => !given.has(place));
  if (places.length === 0) return values;
  const isOut = (row: number): boolean =>
    places.some((place) => isBeyond(values[row * size + place] as number, columns[place] as Column));
  let out = Array.from({ length: values.length / size }, (_, row) => row).filter(isOut);
  for (let attempt = 1; attempt <= attempts && out.length > 0; attempt++) {
    const anew = await again((out.at(-1) as number) + 1, attempt);
    for (const row of out) for (let i = 0; i < size; i++) values[row * size + i] = anew[row * size + i] as number;
    out = out.filter(isOut);
  }
  return values;
}
