import { mean, median } from '../averages.ts';
import type { ComparisonOptions } from './comparison.ts';
import type { Competitor } from './competitor.ts';
import type { Mode } from './workload.ts';

/**
 * How long a turn is, milliseconds, whatever the pace. A turn counts as a whole, its time over its steps, for everybody:
 * workers tell of many steps at once, and a median of single steps would spare the others the moments in which the machine is
 * slow. So it is longer than such moments are, and short enough not to hold up the others.
 */
const [shortestTurn, longestTurn] = [1000, 2000];

/** Lets a competitor run until it runs as it will, and returns how many steps its turns have. */
async function warmUp({ measure }: Competitor, mode: Mode, { stepsPerRound, warmUpSeconds, smoke }: ComparisonOptions) {
  if (smoke) return stepsPerRound;
  const until = performance.now() + 1000 * warmUpSeconds;
  let steps = 1;
  do {
    const pace = mean(await measure(mode, steps));
    const wanted = Math.max(stepsPerRound, Math.ceil(shortestTurn / pace));
    steps = Math.max(1, Math.min(wanted, Math.floor(longestTurn / pace)));
  } while (performance.now() < until);
  return steps;
}

/** What the rounds of a mode gave. */
export interface Rounds {
  /** Each competitor's pace in every round, in milliseconds a step: `[competitor][round]`. */
  readonly paces: readonly (readonly number[])[];
  /** What WASM SIMD reached, GFLOP/s. */
  readonly peak: number;
  readonly peakBytes: readonly number[];
}

/** Lets competitors take turns, so that a noisy moment hits all of them. `loop` measures what SIMD reaches meanwhile. */
export async function takeTurns(
  competitors: readonly Competitor[],
  mode: Mode,
  options: ComparisonOptions,
  loop: () => number,
): Promise<Rounds> {
  const steps: number[] = [];
  for (const competitor of competitors) steps.push(await warmUp(competitor, mode, options));
  const paces = competitors.map((): number[] => []);
  const peaks: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    peaks.push(loop());
    for (const [i, { measure }] of competitors.entries()) {
      paces[i]?.push(mean(await measure(mode, steps[i] as number)));
    }
  }
  const peakBytes: number[] = [];
  for (const { memory } of competitors) peakBytes.push(await memory());
  return { paces, peak: median(peaks), peakBytes };
}
