import { disposeParams } from '@diffeo/core';
import { type Effort, tableFlow } from '@diffeo/tables';
import { rowStatistics, score } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { say } from '../say.ts';
import { coverageOf } from './coverage.ts';
import { keepResult, type OwnResult, type RecordedResult, recordedResult } from './own-records.ts';
import { recipeDigest } from './recipe-digest.ts';
import type { BenchTable } from './table-set.ts';

/** How ours is measured. */
export interface OwnOptions {
  readonly effort: Effort;
  readonly seed: number;
  /** Tables of fewer than 1,000 rows are fitted with the two seeds after `seed` too. */
  readonly spread: boolean;
  /** Whether ours is measured; written down beside the competitors', where it was not with this recipe; or taken as it was written down. */
  readonly ours: 'measured' | 'kept' | 'recorded';
}

/** Tables of fewer rows have a spread. */
const fewRows = 1000;
/** A fit that takes longer is given up: the other tables wait for it. */
const patience = 30 * 60_000;
/** Milliseconds between two words of how far a fit is. */
const silence = 20_000;

/** Says now and then how far a fit is. */
function progressOf(name: string): (done: number, what: string) => void {
  let last = performance.now();
  return (done, what) => {
    if (performance.now() - last < silence || what === '') return;
    last = performance.now();
    say(`  ${name}: ${Math.round(100 * done)} %, now ${what}`);
  };
}

/** Fits a table, and scores its test rows. */
async function fitAndScore({ name, rows, test }: BenchTable, effort: Effort, seed: number) {
  const [before, began] = [process.cpuUsage(), performance.now()];
  const signal = AbortSignal.timeout(patience);
  const { model, params, shares } = await tableFlow(rows, { effort, seed, signal, onProgress: progressOf(name) });
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

const seedsFor = ({ rows }: BenchTable, spread: boolean): number => (spread && rows.count < fewRows ? 3 : 1);

/** What ours says of a table's test rows, with as many seeds as are asked for. */
async function measured(table: BenchTable, { effort, seed, spread }: OwnOptions): Promise<OwnResult> {
  const { scores, ...first } = await fitAndScore(table, effort, seed);
  const seeds = [-rowStatistics(scores).mean];
  while (seeds.length < seedsFor(table, spread)) {
    const again = await fitAndScore(table, effort, seed + seeds.length);
    seeds.push(-rowStatistics(again.scores).mean);
  }
  return { ...first, seeds, scores: Array.from(scores, (score) => Math.round(1000 * score) / 1000) };
}

/** What ours says of a table; `null` where that was to be taken as written down, and was not. */
export async function measureOurs(table: BenchTable, options: OwnOptions): Promise<RecordedResult | null> {
  const { ours, spread } = options;
  if (ours === 'measured') return { ...(await measured(table, options)), isStale: false };
  const asked = { ...options, recipe: await recipeDigest() };
  const recorded = recordedResult(table.name, asked);
  if (ours === 'recorded') return recorded;
  // A run that was cut goes on with the tables that it had not measured.
  if (recorded && !recorded.isStale && recorded.seeds.length >= seedsFor(table, spread)) return recorded;
  const found = await measured(table, options);
  keepResult(table.name, asked, found);
  return { ...found, isStale: false };
}
