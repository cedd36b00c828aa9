import { randomSource } from '@diffeo/core';
import { type MarginalCurve, marginalCurve } from '@diffeo/layers-elementwise';
import type { TableRows } from '../table-rows.ts';
import { chainOrder } from './class-model.ts';
import { type ClassData, stateShares } from './fit-classes.ts';
import { continuingColumns, type MixedColumn, stateOf } from './mixed-column.ts';
import { rowCells } from './row-cells.ts';
import { toLine } from './support.ts';

/** What lies outside the numbers is left to the classes: samples of a group at the end of a column would reach far otherwise. */
const wideShare = 2e-3;

/** How numbers become scores: straight, by mean and deviation, or each column made normal. */
export type ScoreKind = 'straight' | 'normal';

/** The straight line of the mean and the deviation. */
function straightCurve(numbers: readonly number[]): MarginalCurve {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / Math.max(1, numbers.length);
  const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, numbers.length)) || 1;
  return {
    x: Float64Array.of(mean - deviation, mean + deviation),
    z: Float64Array.of(-1, 1),
    slope: Float64Array.of(1 / deviation, 1 / deviation),
  };
}

/** The normal curves of columns, by the rows that they are of: finding one takes longer than what a fast fit does with it. */
const normalCurves = new WeakMap<MixedColumn, WeakMap<TableRows['values'], MarginalCurve>>();

/** The curve that makes a column normal. Members of a fold share it. */
function normalCurve(column: MixedColumn, values: TableRows['values'], numbers: readonly number[]): MarginalCurve {
  const known = normalCurves.get(column) ?? new WeakMap<TableRows['values'], MarginalCurve>();
  const curve = known.get(values) ?? marginalCurve(numbers, { wide: wideShare });
  normalCurves.set(column, known.set(values, curve));
  return curve;
}

/**
 * The curves of the columns that go on, from these rows alone. Rounded numbers are spread over their cells, always alike: at equal steps they would lie too
 * regularly for a density to be judged by.
 */
function curvesOf(columns: readonly MixedColumn[], { values, count }: TableRows, kind: ScoreKind) {
  const size = columns.length;
  return continuingColumns(columns).map((i) => {
    const column = columns[i] as MixedColumn;
    const source = randomSource(i);
    const numbers: number[] = [];
    for (let row = 0; row < count; row++) {
      const value = values[row * size + i] as number;
      if (stateOf(column, value) !== column.atoms.length) continue;
      const { t } = toLine(column, value + (column.step ?? 0) * (source.uniform() - 0.5));
      if (Number.isFinite(t)) numbers.push(t);
    }
    return kind === 'normal' && numbers.length > 1 ? normalCurve(column, values, numbers) : straightCurve(numbers);
  });
}

/** What classes are fitted to, from rows of encoded numbers. */
export function classData(
  columns: readonly MixedColumn[],
  rows: TableRows,
  { kind, given = [] }: { readonly kind: ScoreKind; readonly given?: readonly number[] },
): ClassData {
  const front = { columns, curves: curvesOf(columns, rows, kind), order: chainOrder(columns, given) };
  const cells = rowCells(front, rows.values);
  return { ...front, cells, shares: stateShares({ columns }, cells) };
}
