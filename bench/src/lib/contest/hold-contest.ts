import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, spreadOf } from '../averages.ts';
import { machine } from '../machine.ts';
import { say } from '../say.ts';
import type { Contest, ContestModel, ContestOptions, ContestResult, ContestRow } from './contest.ts';
import { type Contestant, type Entrant, startContestant } from './contestant.ts';
import { startCopies } from './copies.ts';
import { peakLoop } from './peak.ts';
import { requireSameModel } from './require-same-model.ts';
import { type Rounds, takeTurns } from './rounds.ts';
import { resultsOf } from './targets.ts';
import { type Check, type Mode, modes } from './workload.ts';

/** Starts every contestant on a model; they are closed and the files removed when `f` is done. */
async function withContestants<T>(
  model: ContestModel,
  entrants: readonly Entrant[],
  f: (contestants: readonly Contestant[]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bench-'));
  const contestants: Contestant[] = [];
  try {
    const exercise = await model.write(folder);
    for (const entrant of entrants) {
      const { copies = 1 } = entrant;
      contestants.push(copies > 1 ? startCopies(entrant, exercise, copies) : startContestant(entrant, exercise));
    }
    return await f(contestants);
  } finally {
    await Promise.all(contestants.map(({ close }) => close()));
    rmSync(folder, { recursive: true });
  }
}

type NamedCheck = Check & { readonly contestant: string };

/** What each contestant computes that can be checked; ours is the first. Throws `CONTESTANT` unless it is the same. */
async function checkContestants(contestants: readonly Contestant[]): Promise<readonly NamedCheck[]> {
  const checks: NamedCheck[] = [];
  for (const { name, check } of contestants) {
    if (!check) continue;
    const theirs = await check();
    requireSameModel(checks[0] ?? theirs, theirs, name);
    checks.push({ contestant: name, ...theirs });
  }
  return checks;
}

const rowsOf = (
  { model, mode, contestants }: { model: ContestModel; mode: Mode; contestants: readonly Contestant[] },
  { paces, peak, peakBytes }: Rounds,
): readonly ContestRow[] =>
  contestants.map(({ name }, i) => {
    const own = paces[i] as readonly number[];
    const millisecondsPerStep = spreadOf(own);
    const gigaflops = model.operations(mode) / 1e6 / millisecondsPerStep.median;
    return {
      model: model.name,
      mode,
      contestant: name,
      millisecondsPerStep,
      samplesPerSecond: (1000 * model.rows(mode)) / millisecondsPerStep.median,
      gigaflops,
      shareOfPeak: gigaflops / peak,
      peakBytes: peakBytes[i] as number,
      timesOurs: median(own.map((milliseconds, round) => milliseconds / (paces[0]?.[round] as number))),
    };
  });

/** Measures one model, which is shown to be the same for all contestants first. */
function measureModel(
  model: ContestModel,
  entrants: readonly Entrant[],
  options: ContestOptions,
  loop: () => number,
): Promise<Pick<ContestResult, 'checks' | 'rows'>> {
  return withContestants(model, entrants, async (contestants) => {
    const checks = await checkContestants(contestants);
    const rows: ContestRow[] = [];
    for (const mode of modes) {
      say(`  ${mode}`);
      rows.push(...rowsOf({ model, mode, contestants }, await takeTurns(contestants, mode, options, loop)));
    }
    return {
      checks: checks.map((check) => ({ model: model.name, ...check })),
      rows,
    };
  });
}

/** Measures training, densities and samples of every model, with the contestants taking turns. */
export async function holdContest(contest: Contest, options: ContestOptions): Promise<ContestResult> {
  const { benchmark, models, leftOut, targets } = contest;
  for (const name of leftOut) say(`${name} is left out: this machine lacks it`);
  const { without = [] } = options;
  const [ours, ...others] = contest.entrants;
  const wanted = others.filter(({ name }) => !without.some((start) => name.startsWith(start)));
  const entrants = [ours as Entrant, ...wanted];
  const before = machine();
  const loop = await peakLoop();
  const parts: Pick<ContestResult, 'checks' | 'rows'>[] = [];
  for (const [i, model] of models.entries()) {
    if (options.models && !options.models.includes(i + 1)) continue;
    say(`model ${i + 1} of ${models.length}: ${model.name}`);
    parts.push(await measureModel(model, entrants, options, loop));
  }
  const rows = parts.flatMap((part) => part.rows);
  const names = models.map(({ name }) => name);
  return {
    benchmark,
    machine: before,
    ...options,
    leftOut,
    checks: parts.flatMap(({ checks }) => checks),
    rows,
    targets: resultsOf(targets, names, rows),
  };
}
