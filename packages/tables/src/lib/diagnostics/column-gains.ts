import { DiffeoError } from '@diffeo/core';
import type { TableRows } from '../table-rows.ts';

/** The log-density of each row of a table, nats. */
export type LogDensityOf = (rows: TableRows) => Promise<ArrayLike<number>>;

/** How columns are drawn anew. */
export interface ColumnGainsOptions {
  /** Columns of which the numbers stand for categories, counted from 0: all that `reference` has are tried. Default none. */
  readonly categories?: readonly number[];
}

/** How many numbers of a column are tried first, and how many then around the likeliest, twice. */
const [first, more, rounds] = [31, 13, 2];
/** So many rows, each with one number changed, are scored at once. */
const rowsAtOnce = 32_768;

/** What may stand in a column: shares of what stands there, and a little beyond. */
function candidatesOf({ values, count, size }: TableRows, column: number, isCategory: boolean): Float64Array {
  const sorted = Float64Array.from({ length: count }, (_, row) => values[row * size + column] as number)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const distinct = Float64Array.from(new Set(sorted));
  if (isCategory || distinct.length <= first) return distinct;
  const [least, most] = [sorted[0] as number, sorted.at(-1) as number];
  const beyond = 0.1 * (most - least);
  const shares = Array.from(
    { length: first - 2 },
    (_, i) => sorted[Math.round((i / (first - 3)) * (sorted.length - 1))] as number,
  );
  return Float64Array.from(new Set([least - beyond, ...shares, most + beyond])).sort();
}

/** What was tried in one cell, in order of size. */
interface Tried {
  places: number[];
  logs: number[];
}

/** Numbers between the neighbours of the likeliest. */
function around({ places, logs }: Tried): number[] {
  const best = logs.reduce((at, log, i) => (log > (logs[at] as number) ? i : at), 0);
  const [low, high] = [
    places[Math.max(0, best - 1)] as number,
    places[Math.min(places.length - 1, best + 1)] as number,
  ];
  const inner = Array.from({ length: more }, (_, i) => low + ((i + 1) / (more + 1)) * (high - low));
  return inner.filter((place) => !places.includes(place));
}

/** The mean log-density of a number that is drawn by its density among those tried; of categories, by their probability. */
function meanLog({ places, logs }: Tried, isCategory: boolean): number {
  const most = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(most)) return most;
  let [sum, total] = [0, 0];
  for (const [i, log] of logs.entries()) {
    const width =
      isCategory || places.length === 1
        ? 1
        : ((places[i + 1] ?? places[i]) as number) - ((places[i - 1] ?? places[i]) as number);
    const weight = width * Math.exp(log - most);
    sum += weight === 0 ? 0 : weight * log;
    total += weight;
  }
  return sum / total;
}

function sorted({ places, logs }: Tried): Tried {
  const order = [...places.keys()].sort((a, b) => (places[a] as number) - (places[b] as number));
  return { places: order.map((i) => places[i] as number), logs: order.map((i) => logs[i] as number) };
}

/**
 * Which columns make rows unlikely: how much more likely, in nats, a row would be in the mean if this column alone were drawn anew given
 * the others. Around 0 where a number is as usual as any; far above where the others say that it should be another. The conditional
 * distribution is found by trying numbers: those of `reference`, such as samples of the density, and then finer ones around the likeliest.
 *
 * @returns `count × size` gains, row after row; 0 for gaps.
 * @throws DiffeoError `SHAPE` for a reference of other columns.
 */
export async function columnGains(
  logDensityOf: LogDensityOf,
  rows: TableRows,
  reference: TableRows,
  { categories = [] }: ColumnGainsOptions = {},
): Promise<Float64Array> {
  const { values, count, size } = rows;
  if (reference.size !== size) {
    throw new DiffeoError('SHAPE', `columnGains: rows have ${size} columns and the reference has ${reference.size}.`);
  }
  const before = await logDensityOf(rows);
  const gains = new Float64Array(count * size);
  /** The log-densities of rows with a number of their own in a column. */
  const withNumbers = async (
    column: number,
    cells: readonly { readonly row: number; readonly place: number }[],
  ): Promise<number[]> => {
    const logs: number[] = [];
    for (let begin = 0; begin < cells.length; begin += rowsAtOnce) {
      const own = cells.slice(begin, begin + rowsAtOnce);
      const changed = new Float32Array(own.length * size);
      for (const [i, { row, place }] of own.entries()) {
        changed.set(values.subarray(row * size, (row + 1) * size), i * size);
        changed[i * size + column] = place;
      }
      logs.push(...Array.from(await logDensityOf({ values: changed, count: own.length, size })));
    }
    return logs;
  };
  for (let column = 0; column < size; column++) {
    const isCategory = categories.includes(column);
    const start = [...candidatesOf(reference, column, isCategory)];
    const present = Array.from({ length: count }, (_, row) => row).filter(
      (row) => !Number.isNaN(values[row * size + column]),
    );
    const tried = new Map(present.map((row): [number, Tried] => [row, { places: [], logs: [] }]));
    const isFine = isCategory || start.length < first - 2;
    for (let round = 0; round <= (isFine ? 0 : rounds); round++) {
      const cells = present.flatMap((row) => {
        const places = round === 0 ? start : around(sorted(tried.get(row) as Tried));
        return places.map((place) => ({ row, place }));
      });
      const logs = await withNumbers(column, cells);
      for (const [i, { row, place }] of cells.entries()) {
        const own = tried.get(row) as Tried;
        own.places.push(place);
        own.logs.push(logs[i] as number);
      }
    }
    for (const [row, own] of tried) gains[row * size + column] = meanLog(sorted(own), isFine) - (before[row] as number);
  }
  return gains;
}
