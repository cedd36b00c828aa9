import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { TrainReport } from '../src/lib/train/train-report.ts';
import { runDiffeo } from '../test/run-diffeo.ts';
import { makeTables } from './lib/make-tables.ts';

export const description =
  'Plain diffeo train is never worse than the Gaussian of full covariance, or on mixed tables than independent columns: on tables of many kinds, or on those in the folder that DIFFEO_TABLES names.';
export const takes = '4 minutes';
/** Seeds, from --seed on: each is a run on every table. */
export const counts = { whole: 3, short: 1 };

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
};

/** What a run is compared with: a Gaussian, or of a mixed table independent columns. */
const besideOf = ({ baseline, independent }: TrainReport) => baseline ?? independent;

/** A report, with the seconds that the whole command took. */
type Trained = TrainReport & { readonly wall: number };

async function trained(table: string, seed: number, folder: string): Promise<Trained> {
  const began = performance.now();
  const out = join(folder, 'run');
  const { code, stdout, stderr } = await runDiffeo(
    ['train', table, '--seed', `${seed}`, '--out', out, '--json'],
    folder,
  );
  rmSync(out, { recursive: true, force: true });
  if (code !== 0) throw new Error(`${basename(table)}, seed ${seed}: exit code ${code}: ${stderr}`);
  return { ...JSON.parse(stdout), wall: (performance.now() - began) / 1000 };
}

const nats = (value: number | null | undefined): string => (value ?? Number.NaN).toFixed(2).padStart(8);

export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-tables-'));
  try {
    const given = process.env['DIFFEO_TABLES'];
    const tables = given
      ? readdirSync(given)
          .filter((file) => /\.csv(\.gz)?$/.test(file))
          .map((file) => join(resolve(given), file))
      : makeTables(folder, { few: count === 1 });
    const seeds = Array.from({ length: count }, (_, i) => seed + i);
    const worse: string[] = [];
    const gains: number[] = [];
    print(`${'table'.padEnd(20)}   beside    model    ahead  clipped worse  best step  seconds  warnings`);
    for (const table of tables) {
      const reports: Trained[] = [];
      for (const each of seeds) reports.push(await trained(table, each, folder));
      const of = (value: (report: Trained) => number | null | undefined) =>
        median(reports.map((report) => value(report) ?? Number.NaN));
      const behind = reports.filter((report) => besideOf(report)?.worse !== false).length;
      if (behind > 0) worse.push(basename(table));
      gains.push(...reports.map((report) => besideOf(report)?.difference.mean ?? Number.NaN));
      const codes = new Set(reports.flatMap(({ warnings }) => warnings.map(({ code }) => code)));
      const figures = [
        of(({ baseline, independent }) => baseline?.gaussianNll ?? independent?.nll),
        of(({ heldOut }) => heldOut.nll),
        of((report) => besideOf(report)?.difference.mean),
        of((report) => besideOf(report)?.difference.clipped.mean),
      ];
      print(
        `${basename(table).slice(0, 20).padEnd(20)} ${figures.map(nats).join(' ')} ${`${behind}`.padStart(5)} ${`${of(({ bestStep }) => bestStep)}`.padStart(10)} ${of(
          ({ wall }) => wall,
        )
          .toFixed(1)
          .padStart(8)}  ${[...codes].join(' ')}`,
      );
    }
    if (worse.length > 0) throw new Error(`worse than the Gaussian, or than independent columns: ${worse.join(', ')}`);
    return `${gains.length} runs, none worse; median gain ${median(gains).toFixed(2)} nats`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
