import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Machine, machine } from '../machine.ts';
import { median, type Spread, spreadOf } from '../quantile.ts';
import { say } from '../say.ts';
import { type Contestant, type Entrant, startContestant } from './contestant.ts';
import { ours, oursOnTwo, peers, pyTorch } from './entrants.ts';
import { writeExercise } from './exercise.ts';
import { type ModelSize, modelSizes, nameOf } from './model-size.ts';
import { operationsOf } from './operations.ts';
import { peakLoop } from './peak.ts';
import { requireSameModel } from './require-same-model.ts';
import { resultsOf, type TargetResult } from './targets.ts';
import { type Check, type Mode, modes } from './workload.ts';

export interface TrainingOptions {
  readonly rounds: number;
  /** At least so many, unless they take more than two seconds; more where they take less than 0.3 s. */
  readonly stepsPerRound: number;
  /** How long each contestant runs in each mode before it is measured: engines compile while they run. */
  readonly warmUpSeconds: number;
  /** Which of the models, counted from 1. Default: all. */
  readonly models?: readonly number[];
  /** Contestants to leave out, by the beginnings of their names. */
  readonly without?: readonly string[];
}

/** One contestant at one mode of one model. */
interface TrainingRow {
  readonly model: string;
  readonly mode: Mode;
  readonly contestant: string;
  /** Of the rounds' medians. */
  readonly millisecondsPerStep: Spread;
  readonly samplesPerSecond: number;
  /** 10⁹ operations of the model's products a second, whether or not the contestant did all of them. */
  readonly gigaflops: number;
  /** That as a part of what one core's WASM SIMD reached in the same rounds. */
  readonly shareOfPeak: number;
  /** The most bytes that the contestant's process held, up to and with this mode. */
  readonly peakBytes: number;
  /** How many times as long as ours it took: the median over the rounds, in each of which both ran one after the other. */
  readonly timesOurs: number;
}

export interface TrainingResult extends TrainingOptions {
  readonly benchmark: 'training';
  readonly machine: Machine;
  /** Contestants that this machine lacks. */
  readonly leftOut: readonly string[];
  /** The numbers that show the models to be the same, of each model and contestant. */
  readonly checks: readonly (Check & { readonly model: string; readonly contestant: string })[];
  readonly rows: readonly TrainingRow[];
  readonly targets: readonly TargetResult[];
}

/** How long a turn may be, whatever the pace: long enough to run warm, short enough not to hold up the others. */
const [shortestTurn, longestTurn] = [300, 2000];

/** Starts every contestant on a model; they are closed and the files removed when `f` is done. */
async function withContestants<T>(
  size: ModelSize,
  entrants: readonly Entrant[],
  f: (contestants: readonly Contestant[]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bench-'));
  const contestants: Contestant[] = [];
  try {
    const exercise = writeExercise(size, folder);
    for (const entrant of entrants) contestants.push(startContestant(entrant, exercise));
    return await f(contestants);
  } finally {
    await Promise.all(contestants.map(({ close }) => close()));
    rmSync(folder, { recursive: true });
  }
}

/** What each contestant computes; ours is the first. Throws `CONTESTANT` unless it is the same. */
async function checkContestants(contestants: readonly Contestant[]): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { name, check } of contestants) {
    const theirs = await check();
    requireSameModel(checks[0] ?? theirs, theirs, name);
    checks.push(theirs);
  }
  return checks;
}

/** Lets a contestant run until it runs as it will, and returns how many steps its turns have. */
async function warmUp({ measure }: Contestant, mode: Mode, { stepsPerRound, warmUpSeconds }: TrainingOptions) {
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
interface Rounds {
  /** Each contestant's median of every round, in milliseconds a step: `[contestant][round]`. */
  readonly medians: readonly (readonly number[])[];
  /** What WASM SIMD reached, GFLOP/s. */
  readonly peak: number;
  readonly peakBytes: readonly number[];
}

async function measureMode(
  contestants: readonly Contestant[],
  mode: Mode,
  options: TrainingOptions,
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

const rowsOf = (
  { size, mode, contestants }: { size: ModelSize; mode: Mode; contestants: readonly Contestant[] },
  { medians, peak, peakBytes }: Rounds,
): readonly TrainingRow[] =>
  contestants.map(({ name }, i) => {
    const own = medians[i] as readonly number[];
    const millisecondsPerStep = spreadOf(own);
    const gigaflops = operationsOf(size, mode) / 1e6 / millisecondsPerStep.median;
    return {
      model: nameOf(size),
      mode,
      contestant: name,
      millisecondsPerStep,
      samplesPerSecond: (1000 * size.batch) / millisecondsPerStep.median,
      gigaflops,
      shareOfPeak: gigaflops / peak,
      peakBytes: peakBytes[i] as number,
      timesOurs: median(own.map((milliseconds, round) => milliseconds / (medians[0]?.[round] as number))),
    };
  });

/** Measures one model, which is shown to be the same for all contestants first. */
function measureModel(
  size: ModelSize,
  entrants: readonly Entrant[],
  options: TrainingOptions,
  loop: () => number,
): Promise<Pick<TrainingResult, 'checks' | 'rows'>> {
  return withContestants(size, entrants, async (contestants) => {
    const checks = await checkContestants(contestants);
    const rows: TrainingRow[] = [];
    for (const mode of modes) {
      say(`  ${mode}`);
      rows.push(...rowsOf({ size, mode, contestants }, await measureMode(contestants, mode, options, loop)));
    }
    return {
      checks: checks.map((check, i) => ({ model: nameOf(size), contestant: contestants[i]?.name ?? '', ...check })),
      rows,
    };
  });
}

/** Ours against stock tfjs, jax-js and, where it is installed, PyTorch: training, densities and samples of every size. */
export async function measureTraining(options: TrainingOptions): Promise<TrainingResult> {
  const torch = pyTorch();
  if (torch.length === 0) say('PyTorch is left out: no python3 on this machine can import torch and numpy');
  const { without = [] } = options;
  const wanted = [oursOnTwo, ...peers, ...torch].filter(({ name }) => !without.some((start) => name.startsWith(start)));
  const entrants = [ours, ...wanted];
  const before = machine();
  const loop = await peakLoop();
  const parts: Pick<TrainingResult, 'checks' | 'rows'>[] = [];
  for (const [i, size] of modelSizes.entries()) {
    if (options.models && !options.models.includes(i + 1)) continue;
    say(`model ${i + 1} of ${modelSizes.length}: ${nameOf(size)}`);
    parts.push(await measureModel(size, entrants, options, loop));
  }
  const rows = parts.flatMap((part) => part.rows);
  return {
    benchmark: 'training',
    machine: before,
    ...options,
    leftOut: torch.length > 0 ? [] : ['PyTorch'],
    checks: parts.flatMap(({ checks }) => checks),
    rows,
    targets: resultsOf(rows),
  };
}
