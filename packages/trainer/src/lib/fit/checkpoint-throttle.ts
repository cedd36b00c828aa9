/** Says when a checkpoint may be taken. */
export interface CheckpointThrottle {
  readonly due: boolean;
  /** To be called with how long one took, milliseconds, when it has been taken. */
  took(milliseconds: number): void;
}

const pause = 5000;
/** The share of the time that checkpoints may take. */
const share = 1 / 20;

/** The first checkpoint is due at once, and the next so much later that all of them cost little, however often one asks. */
export function checkpointThrottle(now: () => number = () => performance.now()): CheckpointThrottle {
  let next = -Infinity;
  return {
    get due() {
      return now() >= next;
    },
    took: (milliseconds) => {
      next = now() + Math.max(pause, milliseconds / share);
    },
  };
}
