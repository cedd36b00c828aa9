import { join } from 'node:path';
import { fold, randomSource, shuffled } from '@diffeo/core';
import { type Column, learnable, rawNumber, takeRows } from '@diffeo/datasets';
import { compareScores, sample, score, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { columnCalibration, type MixedTableOptions, mixedTable } from '../src/index.ts';
import { linearPredictors, linearRegression } from '../src/lib/baselines/linear-regression.ts';
import { mixedFile } from './lib/mixed-tables.ts';

export const description =
  'p(y | x) of a mixed table is ahead of linear regression with normal errors, and its probability integral transform is uniform.';
export const takes = '5 minutes';
/**
 * Folds of each table, of five. The short version fits one table, of which linear regression is far behind, without networks, and draws a
 * quarter as often.
 */
export const counts = { whole: 5, short: 1 };

/** Tables, and the number that the others tell of. */
const tasks = [
  { file: 'cars.json', y: 'Miles_per_Gallon', leave: ['Name'] },
  { file: 'penguins.json', y: 'Body Mass (g)', leave: [] },
] as const;

const folds = 5;
/** A transform that is uniform is below this in one of a hundred cases. */
const leastPValue = 0.01;

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, one) => sum + one, 0) / values.length;

/** How likely so uneven a transform is if it is uniform. */
function pValueOf(transform: readonly number[]): number {
  const uniform = Float32Array.from({ length: 20_000 }, (_, i) => (i + 0.5) / 20_000);
  const rows = { values: Float32Array.from(transform), count: transform.length, size: 1 };
  return columnCalibration(rows, { values: uniform, count: uniform.length, size: 1 })[0]?.pValue ?? 0;
}

/** The rows of a table that lack nothing, x and y apart. */
async function regressionTable({ file, y, leave }: (typeof tasks)[number]) {
  const { table } = learnable(await mixedFile(file).read(), { density: 'mixed' });
  const size = table.columns.length;
  const complete = Array.from({ length: table.count }, (_, row) => row).filter((row) =>
    table.values.subarray(row * size, (row + 1) * size).every((value) => !Number.isNaN(value)),
  );
  const { values, count } = takeRows(table, complete);
  const target = table.columns.findIndex(({ name }) => name === y);
  const others = [...table.columns.keys()].filter(
    (i) => i !== target && !(leave as readonly string[]).includes(table.columns[i]?.name ?? ''),
  );
  const rows = Array.from({ length: count }, (_, row) => ({
    x: others.map((i) => values[row * size + i] as number),
    y: values[row * size + target] as number,
  }));
  return { rows, xColumns: others.map((i) => table.columns[i] as Column), yColumn: table.columns[target] as Column };
}

/** Scores of both, and the probability integral transform, of the rows of a fold. */
async function tried(
  task: (typeof tasks)[number],
  which: number,
  { seed, effort, draws }: { seed: number; effort: MixedTableOptions['effort']; draws: number },
) {
  const { rows, xColumns, yColumn } = await regressionTable(task);
  const order = [...shuffled(rows.length, fold(seed, 'folds'))].map((row) => rows[row] as (typeof rows)[number]);
  const heldOut = order.filter((_, i) => i % folds === which);
  const train = order.filter((_, i) => i % folds !== which);
  const columns = [...xColumns, yColumn];
  const values = Float32Array.from(train.flatMap(({ x, y }) => [...x, y]));
  const context = xColumns.map(({ name }) => name);
  const { model, params } = await mixedTable(
    { values, count: train.length, columns },
    { seed, context, ...(effort && { effort }) },
  );

  const [x, given] = [tensor2d(heldOut.map(({ y }) => [y])), tensor2d(heldOut.map((row) => row.x))];
  const own = Float64Array.from(await score(model, params, { x, context: given }));
  const predict = linearPredictors(
    xColumns,
    train.map((row) => row.x),
  );
  const linear = linearRegression(
    train.map((row) => predict(row.x)),
    train.map(({ y }) => rawNumber(y, yColumn)),
  );
  const theirs = Float64Array.from(heldOut, (row) =>
    linear.logProb(predict(row.x), rawNumber(row.y, yColumn), yColumn.step),
  );

  const source = randomSource(fold(seed, 'transform'));
  const repeated = tensor2d(heldOut.flatMap((row) => Array.from({ length: draws }, () => row.x)));
  const drawn = await sample(model, params, { count: heldOut.length * draws, seed, context: repeated });
  const transform = heldOut.map(({ y }, row) => {
    const mine = drawn.subarray(row * draws, (row + 1) * draws);
    const [below, same] = [mine.filter((one) => one < y).length, mine.filter((one) => one === y).length];
    return (below + source.uniform() * (same + 1)) / (draws + 1);
  });
  return { own, theirs, transform };
}

export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  await useWasm();
  const isShort = count === counts.short;
  const settings = isShort ? ({ effort: 'fast', draws: 100 } as const) : ({ effort: 'standard', draws: 400 } as const);
  const wrong: string[] = [];
  for (const task of isShort ? tasks.slice(0, 1) : tasks) {
    const all: Awaited<ReturnType<typeof tried>>[] = [];
    for (let which = 0; which < count; which++) all.push(await tried(task, which, { seed, ...settings }));
    const own = Float64Array.from(all.flatMap((one) => [...one.own]));
    const theirs = Float64Array.from(all.flatMap((one) => [...one.theirs]));
    const transform = all.flatMap((one) => one.transform);
    const { mean: ahead, clipped } = compareScores(own, theirs);
    const pValue = pValueOf(transform);
    const name = join(task.file, task.y);
    print(
      `${name}: ${(-mean(own)).toFixed(3)} nats, linear regression ${(-mean(theirs)).toFixed(3)}, ahead by ${ahead.toFixed(3)} ± ${clipped.standardError.toFixed(3)}; probability integral transform of ${transform.length} rows: p ${pValue.toFixed(3)}`,
    );
    if (!(clipped.mean > 0)) wrong.push(`${name} is behind linear regression`);
    if (pValue < leastPValue) wrong.push(`${name}: the probability integral transform is not uniform`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  return 'ahead, and uniform';
}
