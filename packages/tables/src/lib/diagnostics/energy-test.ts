import { fold, type Seed, shuffled } from '@diffeo/core';
import { rowsAt, type TableRows } from '../table-rows.ts';

/** Whether two tables may be of one distribution. */
export interface EnergyTest {
  /** The energy distance of the rows that were compared; 0 for the same distribution, but for chance. */
  readonly distance: number;
  /** What it is in the mean where the rows are dealt out at random. */
  readonly byChance: number;
  /** How likely so great a distance is if both are of one distribution. */
  readonly pValue: number;
  /** How many rows of each table were compared. */
  readonly counts: readonly [number, number];
}

/** How to test. */
export interface EnergyTestOptions {
  /** Columns of which the numbers stand for categories, counted from 0: two are the same or not. Default none. */
  readonly categories?: readonly number[];
  /** How often rows are dealt out anew. Default 499. */
  readonly permutations?: number;
  /** Rows of each table that are compared, at most. Default 500. */
  readonly maxRows?: number;
  /** Default 0. */
  readonly seed?: Seed;
}

/** Two numbers of a column that has a gap in one row alone lie so far apart, in deviations of a normal. */
const gapDistance = 2;

/** The ranks of a column among all of its numbers, scaled to a deviation of 1; NaN stays. Equal numbers have equal ranks. */
function ranks(values: Float64Array): Float64Array {
  const order = [...values.keys()]
    .filter((i) => !Number.isNaN(values[i]))
    .sort((a, b) => (values[a] as number) - (values[b] as number));
  const scaled = new Float64Array(values.length).fill(Number.NaN);
  for (let begin = 0; begin < order.length; ) {
    let end = begin + 1;
    while (end < order.length && values[order[end] as number] === values[order[begin] as number]) end++;
    const rank = (((begin + end - 1) / 2 + 0.5) / order.length) * Math.sqrt(12);
    for (let i = begin; i < end; i++) scaled[order[i] as number] = rank;
    begin = end;
  }
  return scaled;
}

/** Distances between all rows of both tables: Euclidean in ranks, so that no column counts more and no row far out decides. */
function distances(tables: readonly TableRows[], categories: ReadonlySet<number>): Float64Array {
  const size = (tables[0] as TableRows).size;
  const count = tables.reduce((sum, table) => sum + table.count, 0);
  const squares = new Float64Array(count * count);
  for (let column = 0; column < size; column++) {
    const raw = Float64Array.from(
      tables.flatMap(({ values, count: own }) =>
        Array.from({ length: own }, (_, row) => values[row * size + column] as number),
      ),
    );
    const isCategory = categories.has(column);
    const placed = isCategory ? raw : ranks(raw);
    for (let i = 0; i < count; i++) {
      const a = placed[i] as number;
      for (let j = 0; j < i; j++) {
        const b = placed[j] as number;
        const isGap = Number.isNaN(a) || Number.isNaN(b);
        const away = isGap
          ? Number.isNaN(a) === Number.isNaN(b)
            ? 0
            : gapDistance
          : isCategory
            ? a === b
              ? 0
              : Math.SQRT2
            : a - b;
        squares[i * count + j] = (squares[i * count + j] as number) + away * away;
      }
    }
  }
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++)
      squares[j * count + i] = squares[i * count + j] = Math.sqrt(squares[i * count + j] as number);
  }
  return squares;
}

/**
 * Whether rows and samples may be of one distribution: the energy distance 2 E|X − Y| − E|X − X′| − E|Y − Y′| (Székely and Rizzo 2013),
 * of ranks, and how often it is as great where rows are dealt out to the two tables at random. Of larger tables, rows are drawn by `seed`.
 */
export function energyTest(a: TableRows, b: TableRows, options: EnergyTestOptions = {}): EnergyTest {
  const { categories = [], permutations = 499, maxRows = 500, seed = 0 } = options;
  const few = (table: TableRows, name: string): TableRows =>
    table.count <= maxRows ? table : rowsAt(table, shuffled(table.count, fold(seed, name)).slice(0, maxRows));
  const tables = [few(a, 'a'), few(b, 'b')] as const;
  const [first, second] = [tables[0].count, tables[1].count];
  const count = first + second;
  const apart = distances(tables, new Set(categories));
  const weights = new Float64Array(count);
  const distanceOf = (order: ArrayLike<number>): number => {
    for (let i = 0; i < count; i++) weights[order[i] as number] = i < first ? 1 / first : -1 / second;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      let row = 0;
      for (let j = 0; j < i; j++) row += (weights[j] as number) * (apart[i * count + j] as number);
      sum += row * (weights[i] as number);
    }
    return -2 * sum;
  };
  const distance = distanceOf(Int32Array.from({ length: count }, (_, i) => i));
  let [greater, total] = [0, 0];
  for (let i = 0; i < permutations; i++) {
    const dealt = distanceOf(shuffled(count, fold(seed, i)));
    if (dealt >= distance) greater++;
    total += dealt;
  }
  const pValue = (greater + 1) / (permutations + 1);
  return { distance, byChance: total / permutations, pValue, counts: [first, second] };
}
