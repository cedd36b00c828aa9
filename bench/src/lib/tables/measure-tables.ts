import { disposeParams } from '@diffeo/core';
import { type Effort, tableFlow } from '@diffeo/tables';
import { compareScores, rowStatistics, score, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { type Machine, machine } from '../machine.ts';
import { say } from '../say.ts';
import { baselines } from './baselines.ts';
import { coverageOf } from './coverage.ts';
import { keepResult, type OwnResult, recordedResult } from './own-records.ts';
import { type BenchTable, readBenchTable, tableNames, tablesFolder } from './table-set.ts';

/** What to measure. */
export interface TablesOptions {
  readonly effort: Effort;
  readonly seed: number;
  readonly only: readonly string[] | undefined;
  readonly data: string | undefined;
  /** Tables of fewer than 1,000 rows are fitted with the two seeds after `seed` too. */
  readonly spread: boolean;
  /** Competitors that run now where they were not recorded, by name. */
  readonly baselines: readonly string[];
  /** Whether ours is measured, measured and written down beside the competitors', or taken as it was written down. */
  readonly ours: 'measured' | 'kept' | 'recorded';
}

/** Beside one competitor, on the same rows. Differences are to ours: above 0 we are ahead. */
export interface Beside {
  readonly name: string;
  readonly nll: number;
  readonly setting: string;
  readonly seconds: number;
  /** Of the rows' differences, each held to ±10 nats. */
  readonly clipped: { readonly mean: number; readonly standardError: number };
  readonly mean: number;
  /** Behind by more than 2 standard errors of the clipped mean, or by more than 1 nat in the mean as it is. */
  readonly worse: boolean;
  readonly leastDifference: number;
}

/** One table. */
export interface TableResult extends Omit<OwnResult, 'scores'> {
  readonly table: string;
  readonly rows: number;
  readonly columns: number;
  readonly nll: number;
  readonly standardError: number;
  readonly median: number;
  readonly beside: readonly Beside[];
}

/** The result of a run. */
export interface TablesResult {
  readonly machine: Machine;
  readonly effort: Effort;
  readonly seed: number;
  readonly tables: readonly TableResult[];
}

/** Tables of fewer rows have a spread. */
const fewRows = 1000;

/** Fits a table, and scores its test rows. */
async function fitAndScore({ rows, test }: BenchTable, effort: Effort, seed: number) {
  const [before, began] = [process.cpuUsage(), performance.now()];
  const { model, params, shares } = await tableFlow(rows, { effort, seed });
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - began) / 1000;
  const x = tensor2d(test.values, [test.count, test.size]);
  const scores = await score(model, params, x);
  x.dispose();
  const coverage = await coverageOf(model, params, scores, seed);
  disposeParams(model.layout, params);
  const members = shares.map(({ name, setting, weight }) => ({ name, setting, weight }));
  return { scores, members, coverage, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** What ours says of a table's test rows, with as many seeds as are asked for. */
async function measureOurs(table: BenchTable, { effort, seed, spread }: TablesOptions): Promise<OwnResult> {
  const { scores, ...measured } = await fitAndScore(table, effort, seed);
  const seeds = [-rowStatistics(scores).mean];
  for (let more = 1; spread && table.rows.count < fewRows && more < 3; more++) {
    const again = await fitAndScore(table, effort, seed + more);
    seeds.push(-rowStatistics(again.scores).mean);
  }
  return { ...measured, seeds, scores: Array.from(scores, (score) => Math.round(1000 * score) / 1000) };
}

/** What ours says of a table; `null` where that was to be taken as written down, and was not. */
async function ourResult(table: BenchTable, options: TablesOptions): Promise<OwnResult | null> {
  const { name } = table;
  if (options.ours === 'recorded') return recordedResult(name, options);
  const found = await measureOurs(table, options);
  if (options.ours === 'kept') keepResult(name, options, found);
  return found;
}

async function measureTable(folder: string, name: string, options: TablesOptions): Promise<TableResult | null> {
  const table = readBenchTable(folder, name);
  const { rows } = table;
  const found = await ourResult(table, options);
  if (!found) return null;
  const { scores, ...own } = found;
  const { mean, standardError, median } = rowStatistics(scores);
  const beside = [...baselines(folder, name, options.baselines)].map(([competitor, found]): Beside => {
    const { clipped, mean, worse } = compareScores(scores, found.scores);
    return {
      name: competitor,
      nll: -rowStatistics(found.scores).mean,
      ...{ setting: found.setting, seconds: found.seconds, clipped, mean, worse },
      leastDifference: scores.reduce((least, own, i) => Math.min(least, own - (found.scores[i] as number)), Infinity),
    };
  });
  return {
    ...{ table: name, rows: rows.count, columns: rows.size, nll: -mean, standardError, median: -median },
    ...own,
    beside,
  };
}

/** Fits every table, and compares with what others say of the same test rows. */
export async function measureTables(options: TablesOptions): Promise<TablesResult> {
  await useWasm();
  const folder = tablesFolder(options.data);
  const names = tableNames(folder).filter((name) => options.only?.includes(name) ?? true);
  const tables: TableResult[] = [];
  for (const name of names) {
    const result = await measureTable(folder, name, options);
    if (!result) {
      say(`${name} is left out: there is no record of it; --ours kept measures it and writes it down`);
      continue;
    }
    const others = result.beside.map((own) => `${own.name} ${own.nll.toFixed(2)}${own.worse ? ' (better)' : ''}`);
    say(`${name}: ${result.nll.toFixed(3)} in ${result.cpuSeconds.toFixed(0)} s; ${others.join(', ')}`);
    tables.push(result);
  }
  return { machine: machine(), effort: options.effort, seed: options.seed, tables };
}
