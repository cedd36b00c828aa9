import type { Engine, Progress, Run, RunHandle } from '@diffeo/cluster';
import { DiffeoError } from '@diffeo/core';
import { whenCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';

/** How a run stands, as a line. */
export const progressLine = ({ jobs, done, active, waiting, failed }: Progress): string =>
  `${done} of ${jobs} jobs done${active ? `, ${active} in hand` : ''}${waiting ? `, ${waiting} waiting` : ''}${failed ? `, ${failed} failed` : ''}`;

/** Says how a run stands, not more often than every few seconds. */
export function progressSayer(name: string): (progress: Progress) => void {
  let said = -Infinity;
  return (progress) => {
    const now = performance.now();
    const isEnd = progress.waiting + progress.active === 0;
    if (now - said < 5000 && !isEnd) return;
    said = now;
    say(`${name}: ${progressLine(progress)}`);
  };
}

/** The dead letters of a run, a line each. */
export async function sayFailures(handle: RunHandle, most = 10): Promise<void> {
  const failures = await handle.failures();
  for (const { job, error } of failures.slice(0, most)) say(`${job.name}: ${error}`);
  if (failures.length > most) say(`… and ${failures.length - most} more`);
}

/** What serves beside whoever waits. */
export interface Server {
  readonly serve: (signal: AbortSignal) => Promise<void>;
}

/**
 * Submits a run, waits for its end, and takes it off the books.
 *
 * @param server what does its jobs here; on an engine with workers elsewhere none.
 * @throws DiffeoError `JOBS` where some failed; `CANCELLED`
 */
export async function followRun(
  engine: Engine,
  run: Run,
  {
    mixed,
    signal,
    server,
    again,
    anew,
  }: {
    readonly mixed: boolean;
    readonly signal: AbortSignal;
    readonly server: Server | null;
    /** How to go on after an interruption. */
    readonly again: string;
    /** When that has failed jobs done anew. */
    readonly anew: string;
  },
): Promise<void> {
  const handle = await engine.submit(run, { mixed });
  whenCancelled(signal, `cancelled. What is done stays; ${again}`);
  const stop = new AbortController();
  const serving = server?.serve(AbortSignal.any([signal, stop.signal]));
  try {
    // A server that fails ends the waiting too.
    const waited = handle.wait({ signal, onProgress: progressSayer(run.name) });
    const { failed } = await (serving ? Promise.race([waited, serving.then(() => waited)]) : waited);
    if (failed > 0) {
      await sayFailures(handle);
      throw new DiffeoError(
        'JOBS',
        `${failed} of ${run.jobs.length} jobs failed; ${again} ${anew}, or into another folder`,
      );
    }
    await handle.forget();
  } finally {
    stop.abort();
    await serving?.catch(() => undefined);
  }
}
