import { alongMarginal, type MarginalCurve } from '@diffeo/layers-elementwise';
import type { ClassModel } from './class-model.ts';
import { continuingColumns, type MixedColumn, stateOf } from './mixed-column.ts';
import { logBeyond, toLine } from './support.ts';

/** Rows as classes take them. */
export interface RowCells {
  readonly count: number;
  /** `[rows × columns]`: −1 where a cell is left open. */
  readonly states: Int32Array;
  /** `[rows × going on]`: normal scores, where there is a number. NaN of none, and of one beyond a bound. */
  readonly scores: Float64Array;
  /** `[rows × going on]`: where the cells of rounded numbers begin and end, as normal scores. NaN of densities. */
  readonly begins: Float64Array;
  readonly ends: Float64Array;
  /** `[rows]`: what is the same in all classes: log-slopes of numbers that have a density, and whether numbers lie within bounds. */
  readonly logSlopes: Float64Array;
  /** `[rows]`: which columns that go on have a number with a score, as a place in `patterns`. */
  readonly patternOf: Int32Array;
  readonly patterns: readonly (readonly number[])[];
}

type Front = Pick<ClassModel, 'columns' | 'curves' | 'order'>;

/** A number as classes take it. */
export interface Scored {
  /** NaN of a number beyond a bound, which says nothing of the other columns. */
  readonly score: number;
  /** NaN of a density. */
  readonly begin: number;
  readonly end: number;
  readonly logSlope: number;
}

/** The normal score of a number, where its cell begins and ends if it is rounded, and the log-slope if it is not. */
export function scoreOf(column: MixedColumn, curve: MarginalCurve, value: number): Scored {
  const { step, low, high, beyond } = column;
  const none = { score: Number.NaN, begin: Number.NaN, end: Number.NaN };
  const outside = logBeyond(column, value);
  if (outside !== null) return { ...none, logSlope: outside };
  const within = Math.log1p(-beyond * (Number(low !== null) + Number(high !== null)));
  if (step !== null) {
    const score = (x: number): number => {
      const { t } = toLine(column, x);
      return Number.isFinite(t) ? alongMarginal(curve, t).value : t;
    };
    const middle = score(value);
    const [begin, end] = [score(value - step / 2), score(value + step / 2)];
    return { score: Number.isFinite(middle) ? middle : 0, begin, end, logSlope: within };
  }
  const { t, logSlope } = toLine(column, value);
  const along = alongMarginal(curve, t);
  return { ...none, score: along.value, logSlope: logSlope + along.logSlope + within };
}

/** What gives the score of a number of a column. Rounded numbers come again and again, and are looked up. */
function scorer(column: MixedColumn, curve: MarginalCurve): (value: number) => Scored {
  if (column.step === null) return (value) => scoreOf(column, curve, value);
  const known = new Map<number, Scored>();
  return (value) => {
    let found = known.get(value);
    if (!found) {
      found = scoreOf(column, curve, value);
      if (known.size < 1e5) known.set(value, found);
    }
    return found;
  };
}

/** The pattern of each row: which columns that go on have a score, in their order. */
function patternsOf(scores: Float64Array, count: number, order: readonly number[]) {
  const size = order.length;
  const patternOf = new Int32Array(count);
  const patterns: (readonly number[])[] = [];
  const known = new Map<string, number>();
  let [last, lastRow] = [-1, 0];
  for (let row = 0; row < count; row++) {
    // Most rows are as the one before.
    let same = last >= 0;
    for (let i = 0; same && i < size; i++) {
      same = Number.isNaN(scores[row * size + i] as number) === Number.isNaN(scores[lastRow * size + i] as number);
    }
    if (!same) {
      const present = order.filter((place) => !Number.isNaN(scores[row * size + place] as number));
      const key = present.join(' ');
      last = known.get(key) ?? patterns.push(present) - 1;
      known.set(key, last);
    }
    lastRow = row;
    patternOf[row] = last;
  }
  return { patternOf, patterns };
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
  for (const [i, column] of columns.entries()) {
    const place = going.indexOf(i);
    const other = column.atoms.length;
    const scored = place < 0 ? null : scorer(column, curves[place] as MarginalCurve);
    for (let row = 0; row < count; row++) {
      const value = values[row * size + i] as number;
      const state = stateOf(column, value);
      states[row * size + i] = state;
      if (!scored || state !== other) continue;
      const at = row * going.length + place;
      const { score, begin, end, logSlope } = scored(value);
      scores[at] = score;
      begins[at] = begin;
      ends[at] = end;
      logSlopes[row] = (logSlopes[row] as number) + logSlope;
    }
  }
  return { count, states, scores, begins, ends, logSlopes, ...patternsOf(scores, count, order) };
}
