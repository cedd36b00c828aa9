import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Machine, machine } from '../machine.ts';
import { median, type Spread, spreadOf } from '../quantile.ts';
import { say } from '../say.ts';
import { type Contestant, type Entrant, startContestant } from './contestant.ts';
import { ours, oursOnTwo, pyTorch, stock } from './entrants.ts';
import { writeExercise } from './exercise.ts';
import { type ModelSize, modelSizes, nameOf } from './model-size.ts';
import { requireSameModel } from './require-same-model.ts';
import { type Check, type Mode, modes } from './workload.ts';

export interface TrainingOptions {
  readonly rounds: number;
  readonly stepsPerRound: number;
  /** How long each contestant runs in each mode before it is measured: engines compile while they run. */
  readonly warmUpSeconds: number;
  /** Which of the models, counted from 1. Default: all. */
  readonly models?: readonly number[];
}

/** One contestant at one mode of one model. */
interface TrainingRow {
  readonly model: string;
  readonly mode: Mode;
  readonly contestant: string;
  /** Of the rounds' medians. */
  readonly millisecondsPerStep: Spread;
  readonly samplesPerSecond: number;
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
}

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

/** Lets a contestant run until it runs as it will. */
async function warmUp({ measure }: Contestant, mode: Mode, { stepsPerRound, warmUpSeconds }: TrainingOptions) {
  const until = performance.now() + 1000 * warmUpSeconds;
  do await measure(mode, stepsPerRound);
  while (performance.now() < until);
}

/** Each contestant's median of every round, in milliseconds a step: `[contestant][round]`. */
async function measureMode(
  contestants: readonly Contestant[],
  mode: Mode,
  options: TrainingOptions,
): Promise<readonly (readonly number[])[]> {
  const { rounds, stepsPerRound } = options;
  for (const contestant of contestants) await warmUp(contestant, mode, options);
  const medians = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { measure }] of contestants.entries()) {
      medians[i]?.push(median(await measure(mode, stepsPerRound)));
    }
  }
  return medians;
}

const rowsOf = (
  { size, mode, contestants }: { size: ModelSize; mode: Mode; contestants: readonly Contestant[] },
  medians: readonly (readonly number[])[],
): readonly TrainingRow[] =>
  contestants.map(({ name }, i) => {
    const own = medians[i] as readonly number[];
    const millisecondsPerStep = spreadOf(own);
    return {
      model: nameOf(size),
      mode,
      contestant: name,
      millisecondsPerStep,
      samplesPerSecond: (1000 * size.batch) / millisecondsPerStep.median,
      timesOurs: median(own.map((milliseconds, round) => milliseconds / (medians[0]?.[round] as number))),
    };
  });

/** Measures one model, which is shown to be the same for all contestants first. */
function measureModel(
  size: ModelSize,
  entrants: readonly Entrant[],
  options: TrainingOptions,
): Promise<Pick<TrainingResult, 'checks' | 'rows'>> {
  return withContestants(size, entrants, async (contestants) => {
    const checks = await checkContestants(contestants);
    const rows: TrainingRow[] = [];
    for (const mode of modes) {
      say(`  ${mode}`);
      rows.push(...rowsOf({ size, mode, contestants }, await measureMode(contestants, mode, options)));
    }
    return {
      checks: checks.map((check, i) => ({ model: nameOf(size), contestant: contestants[i]?.name ?? '', ...check })),
      rows,
    };
  });
}

/** Ours against stock tfjs and, where it is installed, PyTorch: training, densities and samples, of every model size. */
export async function measureTraining(options: TrainingOptions): Promise<TrainingResult> {
  const peers = pyTorch();
  if (peers.length === 0) say('PyTorch is left out: no python3 on this machine can import torch and numpy');
  const entrants = [ours, oursOnTwo, stock, ...peers];
  const before = machine();
  const parts: Pick<TrainingResult, 'checks' | 'rows'>[] = [];
  for (const [i, size] of modelSizes.entries()) {
    if (options.models && !options.models.includes(i + 1)) continue;
    say(`model ${i + 1} of ${modelSizes.length}: ${nameOf(size)}`);
    parts.push(await measureModel(size, entrants, options));
  }
  return {
    benchmark: 'training',
    machine: before,
    ...options,
    leftOut: peers.length > 0 ? [] : ['PyTorch'],
    checks: parts.flatMap(({ checks }) => checks),
    rows: parts.flatMap(({ rows }) => rows),
  };
}
