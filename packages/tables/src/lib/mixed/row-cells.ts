import { alongMarginal } from '@diffeo/layers-elementwise';
import type { ClassModel } from './class-model.ts';
import { continuingColumns, type MixedColumn, stateOf } from './mixed-column.ts';
import { toLine } from './support.ts';

/** Rows as classes take them. */
export interface RowCells {
  readonly count: number;
  /** `[rows × columns]`: −1 where a cell is left open. */
  readonly states: Int32Array;
  /** `[rows × going on]`: normal scores, where there is a number. */
  readonly scores: Float64Array;
  /** `[rows × going on]`: where the cells of rounded numbers begin and end, as normal scores. NaN of densities. */
  readonly begins: Float64Array;
  readonly ends: Float64Array;
  /** `[rows]`: the log-slopes of all numbers that have a density. */
  readonly logSlopes: Float64Array;
  /** `[rows]`: which columns that go on have a number, as a place in `patterns`. */
  readonly patternOf: Int32Array;
  readonly patterns: readonly (readonly number[])[];
}

type Front = Pick<ClassModel, 'columns' | 'curves' | 'order'>;

/** The normal score of a number, where its cell begins and ends if it is rounded, and the log-slope if it is not. */
export function scoreOf(column: MixedColumn, curve: ClassModel['curves'][number], value: number) {
  const { step } = column;
  const score = (x: number): number => {
    const { t } = toLine(column, x);
    return Number.isFinite(t) ? alongMarginal(curve, t).value : t;
  };
  if (step !== null) {
    const [begin, end] = [score(value - step / 2), score(value + step / 2)];
    const middle = score(value);
    return { score: Number.isFinite(middle) ? middle : 0, begin, end, logSlope: 0 };
  }
  const { t, logSlope } = toLine(column, value);
  if (!Number.isFinite(t)) return { score: 0, begin: Number.NaN, end: Number.NaN, logSlope: -Infinity };
  const along = alongMarginal(curve, t);
  return { score: along.value, begin: Number.NaN, end: Number.NaN, logSlope: logSlope + along.logSlope };
}

/** Rows of `columns` encoded numbers each; NaN is a cell that is left open. */
export function rowCells({ columns, curves, order }: Front, values: ArrayLike<number>): RowCells {
  const size = columns.length;
  const going = continuingColumns(columns);
  const count = size === 0 ? 0 : values.length / size;
  const states = new Int32Array(count * size);
  const [scores, begins, ends] = [0, 1, 2].map(() => new Float64Array(count * going.length).fill(Number.NaN)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const logSlopes = new Float64Array(count);
  const patternOf = new Int32Array(count);
  const patterns: (readonly number[])[] = [];
  const known = new Map<string, number>();
  for (let row = 0; row < count; row++) {
    for (const [i, column] of columns.entries()) {
      states[row * size + i] = stateOf(column, values[row * size + i] as number);
    }
    const present: number[] = [];
    for (const place of order) {
      const i = going[place] as number;
      const column = columns[i] as MixedColumn;
      if (states[row * size + i] !== column.atoms.length) continue;
      present.push(place);
      const at = row * going.length + place;
      const found = scoreOf(column, curves[place] as ClassModel['curves'][number], values[row * size + i] as number);
      [scores[at], begins[at], ends[at]] = [found.score, found.begin, found.end];
      logSlopes[row] = (logSlopes[row] as number) + found.logSlope;
    }
    const key = present.join(' ');
    let pattern = known.get(key);
    if (pattern === undefined) {
      pattern = patterns.push(present) - 1;
      known.set(key, pattern);
    }
    patternOf[row] = pattern;
  }
  return { count, states, scores, begins, ends, logSlopes, patternOf, patterns };
}
