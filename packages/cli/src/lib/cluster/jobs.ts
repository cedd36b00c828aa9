import { DiffeoError } from '@diffeo/core';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { progressLine, sayFailures } from './follow-run.ts';
import { loadCluster } from './load-cluster.ts';

/** What `diffeo jobs` was asked to do. */
export interface JobsOptions {
  readonly engine: string;
  readonly root: string | undefined;
  /** One run alone, by its id. */
  readonly run: string | undefined;
  readonly retry: boolean;
  readonly forget: boolean;
  readonly json: boolean;
}

/** Says how the runs of an engine stand and what failed; has what failed done anew, or takes runs off the books. */
export async function jobs({ engine: name, root = '.', run, retry, forget, json }: JobsOptions): Promise<void> {
  const { openEngine, openRoot } = await loadCluster('diffeo jobs');
  if (name === 'local') {
    throw new DiffeoError(
      'USAGE',
      'diffeo jobs asks a database. Of the local engine, what failed lies in the folder failed/ of the run',
    );
  }
  const engine = openEngine(name, { root: openRoot(root).path });
  try {
    const all = await engine.runs();
    const chosen = all.filter(({ run: { id } }) => run === undefined || id === run);
    if (run !== undefined && chosen.length === 0) {
      throw new DiffeoError(
        'USAGE',
        `there is no run ${run.slice(0, 40)}; there are ${all.map((each) => each.run.id).join(', ') || 'none'}`,
      );
    }
    if (chosen.length === 0 && !json) say('there are no runs');
    for (const handle of chosen) {
      const { run: record } = handle;
      if (retry) say(`${record.id}: ${await handle.retry()} jobs are done anew`);
      const progress = await handle.progress();
      const failures = await handle.failures();
      if (json) {
        await printResult(`${JSON.stringify({ ...record, ...progress, failures })}\n`);
      } else {
        await printResult(`${record.id}  ${record.name} into ${record.folder}: ${progressLine(progress)}\n`);
        await sayFailures(handle);
      }
      if (forget) await handle.forget();
    }
  } finally {
    await engine.close();
  }
}
