import type { ServeOptions } from './engine.ts';
import { type Patience, patiently } from './postgres-patience.ts';
import { ifThere, type QueuedJob, queueNames, queueProgress, recordIn } from './postgres-queues.ts';
import { type SlotOptions, workOn } from './postgres-slot.ts';
import { parseQueue } from './queue-name.ts';
import { pause } from './wait-for-run.ts';

/** How a process takes jobs from the database. */
export interface ServePostgresOptions
  extends Omit<SlotOptions, 'patience' | 'signal' | 'onJob'>,
    Omit<ServeOptions, 'onJob'>,
    Partial<Pick<SlotOptions, 'onJob'>> {
  /** The mark of queues that this build may take from. */
  readonly mark: string;
  readonly patience: Patience;
  /** Milliseconds between two looks. */
  readonly poll: number;
}

/** Does jobs of all queues that this process may take from, the oldest queue first, until it is told to stop or nothing is left. */
export async function servePostgres(options: ServePostgresOptions): Promise<void> {
  const { boss, schema, mark, poll, slots = 1, signal, until = 'aborted', onNotice, onJob } = options;
  const failing = new AbortController();
  const ending = AbortSignal.any([failing.signal, ...(signal ? [signal] : [])]);
  const trying = { ...options.patience, signal: ending, onNotice };
  const working: SlotOptions = { ...options, patience: trying, signal: ending, onJob };
  const passedOver = new Set<string>();
  let active = 0;

  /** Queues that this worker may take from. Others are named once. */
  async function queues(): Promise<string[]> {
    const names = await patiently(() => queueNames(boss, schema), trying);
    return names.filter((name) => {
      const found = parseQueue(name);
      if (found?.mark === 'mixed' || found?.mark === mark) return true;
      if (!passedOver.has(name)) onNotice?.(`run ${found?.run} is for workers of another build: passed over`);
      passedOver.add(name);
      return false;
    });
  }

  /** Takes a job from one of them and does it; `false` where none has any. */
  async function workOnce(names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      const fetching = () => ifThere(boss.fetch<QueuedJob>(name, { batchSize: 1 }));
      const [job] = (await patiently(fetching, trying)) ?? [];
      if (!job) continue;
      active++;
      try {
        await workOn(name, job, working);
      } finally {
        active--;
      }
      return true;
    }
    return false;
  }

  async function isIdle(names: readonly string[]): Promise<boolean> {
    if (active > 0) return false;
    const records = await Promise.all(names.map((name) => recordIn(boss, name)));
    const all = await Promise.all(records.flatMap((run) => (run ? [queueProgress(boss, schema, run)] : [])));
    return all.every((progress) => progress.waiting + progress.active === 0);
  }

  async function slot(): Promise<void> {
    while (!ending.aborted) {
      const names = await queues();
      let worked = await workOnce(names);
      while (worked && !ending.aborted) worked = await workOnce(names);
      if (until === 'idle' && (await patiently(() => isIdle(names), trying))) return;
      await pause(poll, ending);
    }
  }

  const ends = await Promise.allSettled(
    Array.from({ length: slots }, () =>
      slot().catch((error: unknown) => {
        // One that cannot go on ends the others after the jobs that they have in hand.
        failing.abort(error);
        throw error;
      }),
    ),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed && !signal?.aborted) throw failing.signal.reason;
}
