import { median } from '../quantile.ts';
import type { ContestOptions } from './contest.ts';
import type { Contestant } from './contestant.ts';
import type { Mode } from './workload.ts';

/** How long a turn may be, whatever the pace: long enough to run warm, short enough not to hold up the others. */
const [shortestTurn, longestTurn] = [300, 2000];

/** Lets a contestant run until it runs as it will, and returns how many steps its turns have. */
async function warmUp({ measure }: Contestant, mode: Mode, { stepsPerRound, warmUpSeconds }: ContestOptions) {
  const until = performance.now() + 1000 * warmUpSeconds;
  let steps = 1;
  do {
    const pace = median(await measure(mode, steps));
    const wanted = Math.max(stepsPerRound, Math.ceil(shortestTurn / pace));
    steps = Math.max(1, Math.min(wanted, Math.floor(longestTurn / pace)));
  } while (performance.now() < until);
  return steps;
}

/** What the rounds of a mode gave. */
export interface Rounds {
  /** Each contestant's median of every round, in milliseconds a step: `[contestant][round]`. */
  readonly medians: readonly (readonly number[])[];
  /** What WASM SIMD reached, GFLOP/s. */
  readonly peak: number;
  readonly peakBytes: readonly number[];
}

/** Lets contestants take turns, so that a noisy moment hits all of them. `loop` measures what SIMD reaches meanwhile. */
export async function takeTurns(
  contestants: readonly Contestant[],
  mode: Mode,
  options: ContestOptions,
  loop: () => number,
): Promise<Rounds> {
  const steps: number[] = [];
  for (const contestant of contestants) steps.push(await warmUp(contestant, mode, options));
  const medians = contestants.map((): number[] => []);
  const peaks: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    peaks.push(loop());
    for (const [i, { measure }] of contestants.entries()) {
      medians[i]?.push(median(await measure(mode, steps[i] as number)));
    }
  }
  const peakBytes: number[] = [];
  for (const { memory } of contestants) peakBytes.push(await memory());
  return { medians, peak: median(peaks), peakBytes };
}
