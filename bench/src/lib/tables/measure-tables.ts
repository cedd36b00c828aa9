import { compareScores, rowStatistics, useWasm } from '@diffeo/trainer';
import { type Machine, machine } from '../machine.ts';
import { say } from '../say.ts';
import { baselines } from './baselines.ts';
import { measureOurs, type OwnOptions } from './measure-ours.ts';
import type { RecordedResult } from './own-records.ts';
import { readBenchTable, tableNames, tablesFolder } from './table-set.ts';

/** What to measure. */
export interface TablesOptions extends OwnOptions {
  readonly only: readonly string[] | undefined;
  readonly data: string | undefined;
  /** Competitors that run now where they were not recorded, by name. */
  readonly baselines: readonly string[];
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
export interface TableResult extends Omit<RecordedResult, 'scores'> {
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
  readonly effort: OwnOptions['effort'];
  readonly seed: number;
  readonly tables: readonly TableResult[];
  /** The names of tables that could not be measured; why was said. */
  readonly failed: readonly string[];
}

async function measureTable(folder: string, name: string, options: TablesOptions): Promise<TableResult | null> {
  const table = readBenchTable(folder, name);
  const { rows } = table;
  if (options.ours !== 'recorded') say(`${name}: ${rows.count} rows of ${rows.size} columns`);
  const found = await measureOurs(table, options);
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

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Fits every table, and compares with what others say of the same test rows. One that fails does not take the others with it. */
export async function measureTables(options: TablesOptions): Promise<TablesResult> {
  await useWasm();
  const folder = tablesFolder(options.data);
  const names = tableNames(folder).filter((name) => options.only?.includes(name) ?? true);
  const tables: TableResult[] = [];
  const failed: string[] = [];
  for (const name of names) {
    try {
      const result = await measureTable(folder, name, options);
      if (!result) {
        say(`${name} is left out: there is no record of it; --ours kept measures it and writes it down`);
        continue;
      }
      const others = result.beside.map((own) => `${own.name} ${own.nll.toFixed(2)}${own.worse ? ' (better)' : ''}`);
      say(`${name}: ${result.nll.toFixed(3)} in ${result.cpuSeconds.toFixed(0)} s; ${others.join(', ')}`);
      tables.push(result);
    } catch (error) {
      say(`${name} failed: ${why(error)}`);
      failed.push(name);
    }
  }
  return { machine: machine(), effort: options.effort, seed: options.seed, tables, failed };
}
