import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { runPython } from '../python.ts';
import { say } from '../say.ts';
import { writeRecord } from './write-record.ts';

/** What somebody else says of the test rows of a table. */
export interface BaselineScores {
  /** Log-likelihoods in raw units, nats, to three digits. */
  readonly scores: readonly number[];
  readonly setting: string;
  readonly seconds: number;
}

interface Baseline {
  readonly name: string;
  readonly script: string;
  readonly arguments: readonly string[];
}

/** Who is compared with, in the order of the columns. */
const all: readonly Baseline[] = [
  { name: 'Gaussian', script: 'table-baselines.py', arguments: ['gaussian'] },
  { name: 'mixture', script: 'table-baselines.py', arguments: ['mixture'] },
  { name: 'kernels', script: 'table-baselines.py', arguments: ['kernels'] },
  { name: 'spline-flow', script: 'table-spline-flow.py', arguments: [] },
];

/** Their names. */
export const baselineNames: readonly string[] = all.map(({ name }) => name);

const peer = (script: string): string => fileURLToPath(new URL(`../../../peers/${script}`, import.meta.url));
const records = fileURLToPath(new URL('../../../records/tables', import.meta.url));

/** Names what a result depends on: the script, what it imports, what it is asked, and the table. */
function recipeHash({ script, arguments: asked }: Baseline, folder: string, table: string): string {
  const files = [
    peer(script),
    peer('table_rows.py'),
    ...['', 'splits/'].map((at) => join(folder, `${at}${table}.${at ? 'json' : 'csv'}.gz`)),
  ];
  const hash = createHash('sha256').update(asked.join());
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

const recordOf = ({ name }: Baseline, table: string): string => join(records, `${table}-${name}.json.gz`);

function recorded(baseline: Baseline, table: string, recipe: string): BaselineScores | null {
  const path = recordOf(baseline, table);
  if (!existsSync(path)) return null;
  const found = JSON.parse(gunzipSync(readFileSync(path)).toString()) as BaselineScores & { readonly recipe: string };
  return found.recipe === recipe ? found : null;
}

/** Runs a baseline where a Python can, and keeps what it found; `null` elsewhere, with a word of why. */
function run(baseline: Baseline, folder: string, table: string, recipe: string): BaselineScores | null {
  say(`  ${table}: ${baseline.name}`);
  const printed = runPython([peer(baseline.script), folder, table, ...baseline.arguments]);
  if ('why' in printed) {
    say(`${baseline.name} on ${table} is left out: ${printed.why}`);
    return null;
  }
  mkdirSync(records, { recursive: true });
  const found = JSON.parse(printed.stdout) as BaselineScores;
  writeRecord(recordOf(baseline, table), { recipe, ...found });
  return found;
}

/** What each baseline says of a table's test rows: what was recorded of the same recipe, or, of those asked, what they say now. */
export function baselines(folder: string, table: string, runs: readonly string[]): ReadonlyMap<string, BaselineScores> {
  const found = new Map<string, BaselineScores>();
  for (const baseline of all) {
    const recipe = recipeHash(baseline, folder, table);
    const scores =
      recorded(baseline, table, recipe) ?? (runs.includes(baseline.name) ? run(baseline, folder, table, recipe) : null);
    if (scores) found.set(baseline.name, scores);
  }
  return found;
}
