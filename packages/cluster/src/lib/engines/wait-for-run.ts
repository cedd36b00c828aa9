import { setTimeout as sleep } from 'node:timers/promises';
import { DiffeoError } from '@diffeo/core';
import type { Progress } from '../runs/run.ts';
import type { WaitOptions } from './engine.ts';

/** Sleeps, and wakes when the signal is aborted. */
export const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => undefined);

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
