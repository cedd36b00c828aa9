import { fold } from '@diffeo/core';
import { compareScores, score, useWasm } from '@diffeo/trainer';
import { mixedTable } from '../src/index.ts';
import { disposeMembers, scoresOf } from '../src/lib/cross-fit.ts';
import { startRows } from '../src/lib/flows/front.ts';
import type { MemberKind } from '../src/lib/members/member-kind.ts';
import { cellMember, independentMember } from '../src/lib/mixed/class-members.ts';
import { mixedTableShape } from '../src/lib/mixed/mixed-table-shape.ts';
import type { TableRows } from '../src/lib/table-rows.ts';
import { tensorOf } from '../src/lib/table-rows.ts';
import { type MixedSplit, mixedTables, splitMixed } from './lib/mixed-tables.ts';

export const description =
  'mixedTable is never behind independent columns, nor a Gaussian for each cell of the table of categories, on tables of many kinds, and far ahead of independent columns where columns were made to depend on each other: rows that nothing saw.';
export const takes = '12 minutes';
/**
 * Seeds, from --seed on: each is another split of every table. The short version fits 250 rows of three tables (dates, gaps, zeros, bounds
 * and categories), without networks.
 */
export const counts = { whole: 2, short: 1 };

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, one) => sum + one, 0) / values.length;
const nats = (value: number): string => value.toFixed(3).padStart(9);

/** What a kind of member without a choice makes of the rows held out, fitted to all others. */
async function baseline({ refit }: MemberKind, { train, heldOut }: MixedSplit): Promise<Float64Array> {
  if (!refit) throw new Error('a baseline has nothing to choose');
  const { model, params } = await refit(startRows(train), '', 0);
  const scores = await scoresOf(model, params, heldOut);
  disposeMembers([{ model, params }]);
  return scores;
}

async function scored(
  rows: TableRows,
  { model, params }: Awaited<ReturnType<typeof mixedTable>>,
): Promise<Float64Array> {
  const x = tensorOf(rows);
  const scores = await score(model, params, x);
  x.dispose();
  return Float64Array.from(scores);
}

/** One table and seed: a line of figures, and what it is behind. */
async function tried(table: MixedSplit, seed: number, isShort: boolean): Promise<readonly string[]> {
  const { name, depends, columns, train, heldOut } = table;
  const began = performance.now();
  const fitted = await mixedTable(
    { values: train.values, count: train.count, columns },
    { effort: isShort ? 'fast' : 'standard', seed },
  );
  const seconds = (performance.now() - began) / 1000;
  const own = await scored(heldOut, fitted);
  const shape = mixedTableShape(columns, []);
  const independent = await baseline(independentMember(shape), table);
  const cells = await baseline(cellMember(shape, 'straight'), table);
  const compared = {
    'independent columns': compareScores(own, independent),
    'a Gaussian for each cell': compareScores(own, cells),
  };
  const ahead = Object.values(compared).map(
    ({ mean: difference, clipped }) => `${nats(difference)} ± ${clipped.standardError.toFixed(3)}`,
  );
  const told = [name.padEnd(22), nats(-mean(own)), ...ahead, `${seconds.toFixed(0)} s`].join(' ');
  const behind = Object.entries(compared).flatMap(([what, { worse }]) =>
    worse ? [`${name}, seed ${seed}: behind ${what}`] : [],
  );
  const { mean: lead, standardError } = compared['independent columns'].clipped;
  if (depends && !(lead > 5 * standardError))
    behind.push(`${name}, seed ${seed}: not far ahead of independent columns`);
  const shares = [...fitted.shares]
    .sort((a, b) => b.weight - a.weight)
    .map(
      ({ name: kind, setting, weight, nll }) =>
        `${Math.round(100 * weight)} % ${kind}${setting && ` of ${setting}`} (${nll.toFixed(2)})`,
    );
  return [`${told}\n    ${shares.join(', ')}`, ...behind];
}

export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  await useWasm();
  const isShort = count === counts.short;
  const worse: string[] = [];
  print(`${'table'.padEnd(22)}      nats   ahead of independent columns, and of a Gaussian for each cell`);
  for (let each = seed; each < seed + count; each++) {
    for (const source of mixedTables(fold(each, 'table')).slice(0, isShort ? 3 : undefined)) {
      const table = await splitMixed(source, each, isShort ? 250 : 20_000);
      const [line = '', ...behind] = await tried(table, each, isShort);
      print(line);
      worse.push(...behind);
    }
  }
  if (worse.length > 0) throw new Error(worse.join('; '));
  return 'never behind';
}
