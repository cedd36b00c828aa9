/** Wakes up whoever waits for something to be said. */
export interface Bell {
  ring(): void;
  /** Resolved when it rings next. */
  next(): Promise<void>;
}

export function bell(): Bell {
  let waiting: (() => void) | null = null;
  return {
    ring: () => {
      waiting?.();
      waiting = null;
    },
    next: () =>
      new Promise((resolve) => {
        waiting = resolve;
      }),
  };
}
