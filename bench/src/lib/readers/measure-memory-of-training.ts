import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeTable } from '@diffeo/datasets';
import { readTableFile } from '@diffeo/datasets/node';

/** What `diffeo train` took on a table, in a process of its own. */
export interface MemoryOfTraining {
  /** Of the file. */
  readonly rows: number;
  /** Processor time, of the whole process. */
  readonly cpuSeconds: number;
  /** The most that it held of the machine's memory. */
  readonly peakBytes: number;
}

const flights = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data', 'flights-3m.parquet');

function trainOn(path: string, rows: number, folder: string): MemoryOfTraining {
  const program = fileURLToPath(new URL('train-here.ts', import.meta.url));
  const args = ['train', path, '--effort', 'fast', '--out', join(folder, `${rows}`), '--json'];
  const { stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  const { code, ...taken } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}');
  if (code !== 0) throw new Error(stderr);
  return { rows, ...taken };
}

/** Trains on the three million rows of `flights-3m.parquet`, and on an eighth of them. */
export async function measureMemoryOfTraining(): Promise<readonly MemoryOfTraining[]> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-readers-'));
  try {
    // At most so many rows: the draw is halved until they are fewer.
    const few = await readTableFile(flights(), { sample: { seed: 1, rows: 500_000 } });
    const eighth = join(folder, 'eighth.parquet');
    writeFileSync(eighth, await encodeTable(few, { format: 'parquet' }));
    return [trainOn(eighth, few.count, folder), trainOn(flights(), few.sampledFrom ?? few.count, folder)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
