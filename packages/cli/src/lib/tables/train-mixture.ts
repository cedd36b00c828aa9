import { type Density, DiffeoError, fold, type Seed, save, shuffled, sizeOf } from '@diffeo/core';
import { takeRows } from '@diffeo/datasets';
import { type Effort, mixedTable, type TableFitted, type TableRows, tableFlow } from '@diffeo/tables';
import { type Baseline, ignoredContextWarnings, meanOf, scoreWarnings, useWasm, type Warning } from '@diffeo/trainer';
import { joinedRows } from '../data/joined-rows.ts';
import type { TrainingData } from '../data/training-data.ts';
import type { DataOrigin } from '../folder/begin-run.ts';
import { sha256 } from '../folder/model-notes.ts';
import { requireSameRecord, runRecord } from '../folder/run-record.ts';
import type { TrainingFolder } from '../folder/training-folder.ts';
import { metadataOf } from '../model/model-metadata.ts';
import { scoreNotes } from '../score/score-notes.ts';
import { scoreRows } from '../score/score-rows.ts';
import { fittingProgress } from '../terminal/fitting-progress.ts';
import { whenCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { describedBy, type FlowRequest } from '../train/flow-request.ts';
import { maxCovariances } from '../train/max-covariances.ts';
import { fitBaseline } from '../train/start-training.ts';
import { scoredReport, type TrainReport, trainSummary } from '../train/train-report.ts';
import { cutContext, type ModelRows } from './mixed-data.ts';
import { mixtureWarnings, repeatedWarnings, scoredWarnings } from './table-warnings.ts';

/** What a run on a table was asked for. */
interface MixtureRun {
  readonly data: string;
  readonly seed: Seed;
  readonly effort: Effort | undefined;
  readonly limit: number | undefined;
  readonly heldOut: number | undefined;
  readonly resume: boolean;
  readonly anew: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly origin: DataOrigin;
  /** What to say of earlier runs. */
  readonly line: string | null;
  /** What to say where a signal ends it. */
  readonly before: string;
}

/** Fewer rows than this have no folds. */
const fewestRows = 16;

/** Whether data are a table whose density is to be found, and not one flow that was described. */
export function isForMixture({ all, train, validation }: TrainingData, asked: FlowRequest): boolean {
  if (!all || describedBy(asked) !== null) return false;
  return sizeOf(train.eventShape) <= maxCovariances && train.count + validation.count >= fewestRows;
}

/** All rows but those held out. */
function rowsToFit({ train, validation }: TrainingData): TableRows {
  const { values, count, eventShape } = joinedRows(train, validation);
  return { values, count, size: sizeOf(eventShape) };
}

/** What independent columns, the first member of a mixed table, make of the rows held out. */
async function independentScores(
  { model, params }: TableFitted,
  heldOut: ModelRows,
  options: Parameters<typeof scoreRows>[2],
): Promise<Baseline> {
  const member = { model: model.members[0] as Density, params: params.members[0] };
  const scores = Float64Array.from(await scoreRows(member, heldOut, options));
  return { nll: -meanOf(scores), scores };
}

/** Whether the rows held out are likelier with their own context than with that of another row. */
async function contextWarnings(
  fitted: TableFitted,
  heldOut: ModelRows,
  scores: Float32Array,
  options: Parameters<typeof scoreRows>[2],
): Promise<readonly Warning[]> {
  const { context, count } = heldOut;
  if (!context) return [];
  const order = shuffled(count, fold(options.seed, 'context'));
  const next = new Int32Array(count);
  for (const [i, row] of order.entries()) next[row] = order[(i + 1) % count] as number;
  return ignoredContextWarnings(
    scores,
    await scoreRows(fitted, { ...heldOut, context: takeRows(context, next) }, options),
  );
}

/**
 * Finds the density of a table by `tableFlow`, from all rows but those held out, saves it, scores the rows held out and prints the report. It takes a
 * minute or so and keeps no checkpoint: the same command does the same again.
 */
export async function trainMixture(folder: TrainingFolder, data: TrainingData, run: MixtureRun): Promise<void> {
  const { data: name, seed, effort = 'standard', signal, json, origin, line, before } = run;
  const print = (report: TrainReport) => printResult(json ? `${JSON.stringify(report)}\n` : trainSummary(report));
  const { mixed } = data;
  const flow = mixed ? 'mixed' : 'mixture';
  const record = runRecord({ effort, seed, context: mixed?.context.join() || undefined }, null, data);
  const { found } = folder;
  if (run.resume && found.model && found.report) {
    requireSameRecord(record, found.model, folder.path);
    say(`the run in ${folder.path} is done: there is nothing to go on with`);
    await print(found.report);
    return;
  }
  if (line !== null) say(line);
  if (run.anew) folder.removeCheckpoint();
  await useWasm();
  const early = mixed ? [] : mixtureWarnings(data);
  for (const { message } of early) say(`warning: ${message}`);
  const gaussian = mixed ? null : await fitBaseline(data, seed);
  const rows = rowsToFit(data);
  say(`fitting ${rows.count} rows of ${name}, effort ${effort}`);
  whenCancelled(signal, before);
  const began = performance.now();
  const options = {
    ...{ effort, seed, signal },
    onProgress: fittingProgress(),
  };
  const fitting = mixed
    ? mixedTable({ ...rows, columns: data.columns ?? [] }, { ...options, context: mixed.context })
    : tableFlow(rows, options);
  const fitted = await fitting.catch((error: unknown) => {
    throw signal.aborted ? new DiffeoError('CANCELLED', before, { cause: error }) : error;
  });
  const { model, params, shares, explanation } = fitted;
  const seconds = (performance.now() - began) / 1000;
  for (const sentence of explanation) say(sentence);
  const heldOut = cutContext(data.heldOut, mixed?.context ?? []);
  const { columns: own, context: { columns: given } = {} } = heldOut;
  const metadata = metadataOf({
    ...{ columns: own, context: given, data: name, flow, csv: data.csv, run: record },
    scores: scoreNotes('out-of-fold', fitted.outOfFold),
    split: { seed, limit: run.limit, heldOut: run.heldOut },
  });
  const scores = await scoreRows({ model, params }, heldOut, { seed, signal, cancelled: before });
  const independent = mixed ? await independentScores(fitted, heldOut, { seed, signal, cancelled: before }) : null;
  const warnings = mixed
    ? [
        ...scoreWarnings(scores),
        ...repeatedWarnings(data, scores),
        ...(await contextWarnings(fitted, heldOut, scores, { seed, signal, cancelled: before })),
      ]
    : scoredWarnings(data, gaussian, scores);
  for (const { message } of warnings) say(`warning: ${message}`);
  const bytes = await save(model, params, { metadata });
  const path = folder.saveReached(bytes, []);
  const report: TrainReport = {
    ...scoredReport({
      ...{ name, flow, data, independent, model, seconds, scores, gaussian, path },
      warnings: [...early, ...warnings],
    }),
    members: shares,
    explanation: [...(mixed?.explanation ?? []), ...explanation],
    ...(origin && 'path' in origin && { dataPath: origin.path }),
    model: folder.modelPath,
    modelSha256: sha256(bytes),
  };
  folder.finish(report);
  await print(report);
}
