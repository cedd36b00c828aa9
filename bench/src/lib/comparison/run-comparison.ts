import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, spreadOf } from '../averages.ts';
import { machine } from '../machine.ts';
import { say } from '../say.ts';
import type { Comparison, ComparisonModel, ComparisonOptions, ComparisonResult, ComparisonRow } from './comparison.ts';
import { type Competitor, type CompetitorSpec, startCompetitor } from './competitor.ts';
import { startCopies } from './copies.ts';
import { peakLoop } from './peak.ts';
import { requireSameModel } from './require-same-model.ts';
import { type Rounds, takeTurns } from './rounds.ts';
import { resultsOf } from './targets.ts';
import { type Check, type Mode, modes } from './workload.ts';

/** Starts every competitor on a model; they are closed and the files removed when `f` is done. */
async function withCompetitors<T>(
  model: ComparisonModel,
  competitorSpecs: readonly CompetitorSpec[],
  f: (competitors: readonly Competitor[]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-bench-'));
  const competitors: Competitor[] = [];
  try {
    const problem = await model.write(folder);
    for (const competitorSpec of competitorSpecs) {
      const { copies = 1 } = competitorSpec;
      competitors.push(
        copies > 1 ? startCopies(competitorSpec, problem, copies) : startCompetitor(competitorSpec, problem),
      );
    }
    return await f(competitors);
  } finally {
    await Promise.all(competitors.map(({ close }) => close()));
    rmSync(folder, { recursive: true });
  }
}

type NamedCheck = Check & { readonly competitor: string };

/** What each competitor computes that can be checked; ours is the first. Throws `COMPETITOR` unless it is the same. */
async function checkCompetitors(competitors: readonly Competitor[]): Promise<readonly NamedCheck[]> {
  const checks: NamedCheck[] = [];
  for (const { name, check } of competitors) {
    if (!check) continue;
    const theirs = await check();
    requireSameModel(checks[0] ?? theirs, theirs, name);
    checks.push({ competitor: name, ...theirs });
  }
  return checks;
}

const rowsOf = (
  { model, mode, competitors }: { model: ComparisonModel; mode: Mode; competitors: readonly Competitor[] },
  { paces, peak, peakBytes }: Rounds,
): readonly ComparisonRow[] =>
  competitors.map(({ name }, i) => {
    const own = paces[i] as readonly number[];
    const millisecondsPerStep = spreadOf(own);
    const gigaflops = model.operations(mode) / 1e6 / millisecondsPerStep.median;
    return {
      model: model.name,
      mode,
      competitor: name,
      millisecondsPerStep,
      samplesPerSecond: (1000 * model.rows(mode)) / millisecondsPerStep.median,
      gigaflops,
      shareOfPeak: gigaflops / peak,
      peakBytes: peakBytes[i] as number,
      timesOurs: median(own.map((milliseconds, round) => milliseconds / (paces[0]?.[round] as number))),
    };
  });

/** Measures one model, which is shown to be the same for all competitors first. */
function measureModel(
  model: ComparisonModel,
  competitorSpecs: readonly CompetitorSpec[],
  options: ComparisonOptions,
  loop: () => number,
): Promise<Pick<ComparisonResult, 'checks' | 'rows'>> {
  return withCompetitors(model, competitorSpecs, async (competitors) => {
    const checks = await checkCompetitors(competitors);
    const rows: ComparisonRow[] = [];
    for (const mode of modes) {
      say(`  ${mode}`);
      rows.push(...rowsOf({ model, mode, competitors }, await takeTurns(competitors, mode, options, loop)));
    }
    return {
      checks: checks.map((check) => ({ model: model.name, ...check })),
      rows,
    };
  });
}

/** Measures training, densities and samples of every model, with the competitors taking turns. */
export async function runComparison(comparison: Comparison, options: ComparisonOptions): Promise<ComparisonResult> {
  const { benchmark, models, leftOut, targets } = comparison;
  for (const name of leftOut) say(`${name} is left out: this machine lacks it`);
  const { without = [] } = options;
  const wanted = ([ours, ...others]: readonly CompetitorSpec[]): readonly CompetitorSpec[] => [
    ours as CompetitorSpec,
    ...others.filter(({ name }) => !without.some((start) => name.startsWith(start))),
  ];
  const before = machine();
  const loop = await peakLoop();
  const parts: Pick<ComparisonResult, 'checks' | 'rows'>[] = [];
  for (const [i, model] of models.entries()) {
    if (options.models && !options.models.includes(i + 1)) continue;
    say(`model ${i + 1} of ${models.length}: ${model.name}`);
    parts.push(await measureModel(model, wanted(model.competitorSpecs ?? comparison.competitorSpecs), options, loop));
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
