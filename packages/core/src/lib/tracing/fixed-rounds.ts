/** What a loop is told whose end depends on values, by a tool for which there are none; `null` to look at them after all. */
type RoundsOf = (loop: string, exact: number | null) => number | null;

let chosen: RoundsOf | null = null;

/**
 * In how many rounds a loop ends whose end otherwise depends on values: `null` where it may read them, which is everywhere but
 * in an export, and in work that is to be replayed.
 *
 * @param loop what it solves, for who is told that it cannot be exported
 * @param exact after how many rounds it has the answer whatever the values are; `null` where no number is enough
 */
export const fixedRounds = (loop: string, exact: number | null): number | null => chosen?.(loop, exact) ?? null;

/** Runs `run` with loops that end after as many rounds as `rounds` says. */
export function withFixedRounds<T>(rounds: RoundsOf, run: () => T): T {
  const outer = chosen;
  chosen = rounds;
  try {
    return run();
  } finally {
    chosen = outer;
  }
}
