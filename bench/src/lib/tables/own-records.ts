import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Effort } from '@diffeo/tables';
import type { TestCoverage } from './coverage.ts';

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

/** What a result was asked for with. */
interface Asked {
  readonly effort: Effort;
  readonly seed: number;
}

const records = new URL('../../../records/tables/', import.meta.url);
const fileOf = (table: string, { effort, seed }: Asked): string =>
  fileURLToPath(new URL(`${table}-Diffeo-${effort}-${seed}.json.gz`, records));

/** Writes a result down beside what was recorded of competitors. */
export function keepResult(table: string, asked: Asked, result: OwnResult): void {
  writeFileSync(fileOf(table, asked), gzipSync(JSON.stringify(result), { level: 9 }));
}

/** What was written down, or `null` where nothing was. */
export function recordedResult(table: string, asked: Asked): OwnResult | null {
  const file = fileOf(table, asked);
  return existsSync(file) ? (JSON.parse(gunzipSync(readFileSync(file)).toString()) as OwnResult) : null;
}
