import { fold, type Seed, shuffled } from '@diffeo/core';
import { type ColumnFacts, encodedStep, mixedColumnsOf } from '../mixed/columns-of-data.ts';
import { contextPlaces, type MixedData } from '../mixed/mixed-table.ts';
import { openColumns } from '../mixed/whole-rows.ts';
import { rowsAt } from '../table-rows.ts';
import { linearPredictors, linearRegression } from './linear-regression.ts';
import { mixedBaselines } from './mixed-baselines.ts';
import type { TableBaseline } from './table-baselines.ts';

/** Linear regression is fitted to so many rows at most, drawn by the seed: more tell its few numbers no better. */
const maxRows = 20_000;

/** Rows on the host, as lists of the numbers of some columns. */
const listsOf = (
  { values, count }: Pick<MixedData, 'values' | 'count'>,
  size: number,
  places: readonly number[],
): readonly (readonly number[])[] =>
  Array.from({ length: count }, (_, row) => places.map((place) => values[row * size + place] as number));

/** Whether columns are such as linear regression tells of: numbers without gaps, of which none has a probability beside a density. */
function areNumbers(columns: readonly ColumnFacts[], data: MixedData, heldOut: Pick<MixedData, 'values'>): boolean {
  if (data.values.some(Number.isNaN) || heldOut.values.some(Number.isNaN)) return false;
  return mixedColumnsOf(columns, data).every(
    ({ atoms }, i) =>
      columns[i]?.categories === undefined && (atoms.length === 0 || encodedStep(columns[i] as ColumnFacts) !== null),
  );
}

/**
 * What a density of some columns given others is to beat on rows that nothing was fitted to: its columns each by itself, without the context; and, of numbers without gaps, linear regression with normal errors, each
 * column by those of the context and those of its own before it. `data` are all that may be learned from, of all columns; `heldOut` is of the same columns. NaN is a gap.
 *
 * Regression takes 20,000 of the rows at most.
 *
 * @throws DiffeoError as {@link mixedBaselines} does; `CONTEXT` for a context that there is not.
 */
export async function conditionalBaselines(
  data: MixedData,
  heldOut: Pick<MixedData, 'values' | 'count'>,
  { context, ...options }: { readonly context: readonly string[]; readonly seed?: Seed; readonly signal?: AbortSignal },
): Promise<readonly TableBaseline[]> {
  const { columns } = data;
  const size = columns.length;
  const given = contextPlaces(columns, context);
  const own = [...columns.keys()].filter((place) => !given.includes(place));
  const ownFacts = own.map((place) => columns[place] as ColumnFacts);
  const taken = ({ values, count }: Pick<MixedData, 'values' | 'count'>) => ({
    values: openColumns(values, size, own),
    count,
  });
  const [learned, judged] = [{ ...taken(data), columns: ownFacts }, taken(heldOut)];
  const [alone] = await mixedBaselines(learned, judged, options);
  const found = alone ? [alone] : [];
  if (!areNumbers(ownFacts, learned, judged)) return found;
  const { seed = 0 } = options;
  const drawn =
    data.count <= maxRows
      ? data
      : rowsAt({ ...data, size }, shuffled(data.count, fold(seed, 'regression')).subarray(0, maxRows));
  const scores = new Float64Array(heldOut.count);
  for (const [at, place] of own.entries()) {
    const before = [...given, ...own.slice(0, at)];
    const facts = before.map((one) => columns[one] as ColumnFacts);
    const rows = listsOf(drawn, size, before);
    const predict = linearPredictors(facts, rows);
    const numbers = listsOf(drawn, size, [place]).map(([value]) => value as number);
    const { logProb } = linearRegression(rows.map(predict), numbers);
    const step = encodedStep(columns[place] as ColumnFacts) ?? undefined;
    for (const [row, x] of listsOf(heldOut, size, before).entries()) {
      const value = heldOut.values[row * size + place] as number;
      scores[row] = (scores[row] as number) + logProb(predict(x), value, step);
    }
  }
  return [...found, { name: 'linear regression', setting: 'normal errors', scores }];
}
