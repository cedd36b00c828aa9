import { type Shape, sizeOf } from '@diffeo/core';
import { openCell } from './mixed-column.ts';

/** Rows of all columns, those of the context in their places; cells of what is `null` are open. `own` are the places of the others. */
export function wholeRows(
  columns: number,
  given: readonly number[],
  values: ArrayLike<number> | null,
  context: ArrayLike<number> | null,
  count: number,
) {
  const rows = new Float64Array(count * columns).fill(openCell);
  const isGiven = new Set(given);
  const own = Array.from({ length: columns }, (_, i) => i).filter((i) => !isGiven.has(i));
  for (let row = 0; row < count; row++) {
    for (const [at, i] of own.entries()) if (values) rows[row * columns + i] = values[row * own.length + at] as number;
    for (const [at, i] of given.entries()) {
      if (context) rows[row * columns + i] = context[row * given.length + at] as number;
    }
  }
  return { rows, own };
}

/** The columns of rows that are not given, as they come out of a density. */
export function openColumns(rows: Float64Array | Float32Array, columns: number, own: readonly number[]): Float32Array {
  const count = columns === 0 ? 0 : rows.length / columns;
  const drawn = new Float32Array(count * own.length);
  for (let row = 0; row < count; row++) {
    for (const [at, i] of own.entries()) drawn[row * own.length + at] = rows[row * columns + i] as number;
  }
  return drawn;
}

/** Fails unless shapes are those of so many columns, some of them a context. */
export function requirePlaces(
  columns: number,
  given: readonly number[],
  { eventShape, contextShape }: { readonly eventShape: Shape; readonly contextShape: Shape | null },
  fail: (problem: string) => never,
): void {
  const own = columns - given.length;
  if (new Set(given).size !== given.length || given.some((i) => i >= columns))
    fail('its context names a column twice, or one that there is not');
  if (eventShape.length !== 1 || eventShape[0] !== own) fail(`it has ${own} columns, and the event has another shape`);
  if ((contextShape?.length ?? 1) !== 1 || (contextShape ? sizeOf(contextShape) : 0) !== given.length)
    fail(`it takes a context of ${given.length} columns`);
}
