import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Effort } from '@diffeo/tables';
import type { TestCoverage } from './coverage.ts';
import { writeRecord } from './write-record.ts';

/** What ours says of the test rows of a table, and what that took. */
export interface OwnResult {
  /** Log-likelihoods in raw units, nats, to three digits. */
  readonly scores: readonly number[];
  readonly seconds: number;
  /** Of the processor, which a busy machine changes less. */
  readonly cpuSeconds: number;
  /** The nll of each seed, where there are several. */
  readonly seeds: readonly number[];
  readonly coverage: readonly TestCoverage[];
  readonly members: readonly { readonly name: string; readonly setting: string; readonly weight: number }[];
}

/** A result, and whether it is of another recipe than the one that the code has now. */
export interface RecordedResult extends OwnResult {
  readonly isStale: boolean;
}

/** What a result was asked for with, and the digest of the recipe. */
interface Asked {
  readonly effort: Effort;
  readonly seed: number;
  readonly recipe: string;
}

const records = new URL('../../../records/tables/', import.meta.url);
const fileOf = (table: string, { effort, seed }: Asked, folder: URL): string =>
  fileURLToPath(new URL(`${table}-Diffeo-${effort}-${seed}.json.gz`, folder));

/** Writes a result down beside what was recorded of competitors. */
export function keepResult(table: string, asked: Asked, result: OwnResult, folder: URL = records): void {
  writeRecord(fileOf(table, asked, folder), { recipe: asked.recipe, ...result });
}

/** What was written down, or `null` where nothing was. */
export function recordedResult(table: string, asked: Asked, folder: URL = records): RecordedResult | null {
  const file = fileOf(table, asked, folder);
  if (!existsSync(file)) return null;
  const text = gunzipSync(readFileSync(file)).toString();
  // The first that were written down name no recipe.
  const { recipe, ...result } = JSON.parse(text) as OwnResult & { readonly recipe?: string };
  return { ...result, isStale: recipe !== asked.recipe };
}
