import { setTimeout as sleep } from 'node:timers/promises';
import { DiffeoError } from '@diffeo/core';
import type { Progress, RunRecord } from '../runs/run.ts';
import type { WaitOptions } from './engine.ts';

/** Sleeps, and wakes when the signal is aborted. */
export const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => undefined);

/** What is said of a run that somebody forgot before its end. @param missing `null` where nobody can tell how many. */
export const takenOff = ({ id, jobs }: RunRecord, missing: number | null): DiffeoError =>
  new DiffeoError(
    'ENGINE',
    `the run ${id} was taken off the books, and of its ${jobs} outputs ${missing ?? 'it is not known how many'} are missing. Submit it again`,
  );

/** Asks how a run stands, again and again, until nothing of it waits or is in hand. @throws DiffeoError `CANCELLED` */
export async function waitForRun(
  progress: () => Promise<Progress>,
  milliseconds: number,
  { signal, onProgress }: WaitOptions = {},
): Promise<Progress> {
  let said = '';
  for (;;) {
    if (signal?.aborted)
      throw new DiffeoError('CANCELLED', 'nobody waits for the run any more', { cause: signal.reason });
    const now = await progress();
    const text = JSON.stringify(now);
    if (text !== said) onProgress?.(now);
    said = text;
    if (now.waiting === 0 && now.active === 0) return now;
    await pause(milliseconds, signal);
  }
}
