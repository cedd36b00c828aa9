import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handlersInThreads, local, openRoot, outputPaths, scoreRun, scoreType } from '@diffeo/cluster';
import { normal, save } from '@diffeo/core';
import { datasetFrom, encodeTable } from '@diffeo/datasets';
import { useWasm } from '@diffeo/trainer';
import { median } from '../averages.ts';
import { bareType, scoredModel } from './scored-model.ts';

/** What is scored, and how often. */
export interface ClusterSubject {
  readonly rows: number;
  readonly columns: number;
  /** Rows of a job. */
  readonly together: number;
  readonly rounds: number;
}

/** What came out. */
export interface ClusterResult extends ClusterSubject {
  /** Seconds for all rows, by the number of workers, a round each. */
  readonly seconds: Readonly<Record<'one' | 'two', readonly number[]>>;
  /** How many times as fast two are as one: the median of the rounds, in each of which both were measured. */
  readonly ratio: number;
  /** The same of scoring alone, without files and engine, in the same rounds: what this machine gives a second worker. */
  readonly bareRatio: number;
  readonly bytesReadPerRow: number;
  readonly bytesWrittenPerRow: number;
}

/** Scores a Parquet table as jobs on one worker and on two, in turn, and counts the bytes of files. */
export async function measureCluster(subject: ClusterSubject): Promise<ClusterResult> {
  const { rows, columns, together, rounds } = subject;
  await useWasm();
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bench-cluster-'));
  const module = new URL('./cluster-handlers.ts', import.meta.url);
  const threads = await handlersInThreads({ module, types: [scoreType, bareType], count: 2 });
  try {
    const model = scoredModel(columns);
    const params = await model.start(model.init(1), normal([1000, columns], 1));
    const bytes = await save(model, params);
    const files: string[] = [];
    mkdirSync(join(folder, 'rows'));
    for (let at = 0; at < rows; at += together) {
      const values = (await normal([together, columns], at).data()) as Float32Array;
      const path = join(folder, 'rows', `${at}.parquet`);
      writeFileSync(path, await encodeTable(datasetFrom(values, { eventShape: [columns] }), { format: 'parquet' }));
      files.push(path);
    }
    const root = openRoot(folder);
    let written = 0;
    const measure = async (workers: number, into: string): Promise<number> => {
      const run = await scoreRun(root, { model: bytes, name: 'the model', files, folder: into, rows: together });
      const engine = local({ root: folder });
      const began = performance.now();
      await engine.submit(run);
      await engine.serve(threads.handlers, { slots: workers, until: 'idle' });
      const seconds = (performance.now() - began) / 1000;
      written = (await outputPaths(root, run)).reduce((sum, path) => sum + statSync(path).size, 0);
      return seconds;
    };
    const measureBare = async (workers: number): Promise<number> => {
      let left = rows / together;
      const context = { root, folder: '.', signal: new AbortController().signal };
      const slot = async (): Promise<void> => {
        while (left-- > 0) await threads.handlers[bareType]?.({ rows: together, columns }, context);
      };
      const began = performance.now();
      await Promise.all(Array.from({ length: workers }, slot));
      return (performance.now() - began) / 1000;
    };
    await measure(2, 'first');
    await measureBare(2);
    const [one, two, bare]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      one.push(await measure(1, `one-${round}`));
      two.push(await measure(2, `two-${round}`));
      bare.push((await measureBare(1)) / (await measureBare(2)));
    }
    return {
      ...subject,
      seconds: { one, two },
      ratio: median(one.map((seconds, i) => seconds / (two[i] as number))),
      bareRatio: median(bare),
      bytesReadPerRow: files.reduce((sum, path) => sum + statSync(path).size, 0) / rows,
      bytesWrittenPerRow: written / rows,
    };
  } finally {
    await threads.close();
    rmSync(folder, { recursive: true });
  }
}
