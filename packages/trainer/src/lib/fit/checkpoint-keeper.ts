import { checkpointThrottle } from './checkpoint-throttle.ts';
import type { FitOptions } from './fit-options.ts';

/** Keeps the newest checkpoint, for when a run cannot go on. */
export interface CheckpointKeeper {
  readonly newest: { readonly bytes: Uint8Array; readonly step: number } | null;
  /** Takes one at this step, if it is time for one. */
  keep(step: number, pack: () => Promise<Uint8Array>): Promise<void>;
}

/** Begins with the checkpoint that was resumed from, if one was. `onCheckpoint` is given every new one. */
export function checkpointKeeper(
  resumed: CheckpointKeeper['newest'],
  onCheckpoint: FitOptions['onCheckpoint'],
): CheckpointKeeper {
  const throttle = checkpointThrottle();
  let newest = resumed;
  return {
    get newest() {
      return newest;
    },
    keep: async (step, pack) => {
      if (!throttle.due) return;
      const started = performance.now();
      newest = { bytes: await pack(), step };
      await onCheckpoint?.(newest.bytes);
      throttle.took(performance.now() - started);
    },
  };
}
