import { DiffeoError, isDiffeoError, type Seed, sizeOf } from '@diffeo/core';
import type { CsvOptions } from '@diffeo/datasets';
import type { Effort } from '@diffeo/tables';
import { type Fitted, useWasm } from '@diffeo/trainer';
import type { DataSource } from '../data/data-source.ts';
import { findData } from '../data/find-data.ts';
import type { TrainingData } from '../data/training-data.ts';
import { beginRun, type DataOrigin, originOf } from '../folder/begin-run.ts';
import { defaultFolder } from '../folder/default-folder.ts';
import { sha256 } from '../folder/model-notes.ts';
import { requireSameRecord, runRecord } from '../folder/run-record.ts';
import { type TrainingFolder, trainingFolder } from '../folder/training-folder.ts';
import { augment } from '../images/flips.ts';
import type { ImageOptions } from '../images/image-data.ts';
import { metadataOf, scoresMetadata } from '../model/model-metadata.ts';
import { scoreNotes } from '../score/score-notes.ts';
import { scoreRows } from '../score/score-rows.ts';
import { keepIfBetter } from '../tables/keep-if-better.ts';
import { resultWarnings, tableWarnings } from '../tables/table-warnings.ts';
import { isForMixture, trainMixture } from '../tables/train-mixture.ts';
import { stopIfCancelled, whenCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { comesAgain, fitAndSave } from './fit-and-save.ts';
import { describedBy, type FlowRequest, requireTaken, requireTogether } from './flow-request.ts';
import { flowSettings } from './flow-settings.ts';
import { flowNamed } from './flows.ts';
import { maxCovariances } from './max-covariances.ts';
import { startTraining } from './start-training.ts';
import { type TrainReport, trainReport, trainSummary } from './train-report.ts';

/** Where workers find what mirrors images. */
const flipsModule = new URL(
  import.meta.url.endsWith('.ts') ? '../images/flips.ts' : '../images/flips.js',
  import.meta.url,
);

/** What `diffeo train` was asked to do. What is `undefined` has a default that goes with the data. */
export interface TrainOptions extends FlowRequest {
  readonly data: string;
  /** Columns of a table that the density is conditioned on. */
  readonly context: readonly string[] | undefined;
  /** How much work a table is worth. */
  readonly effort: Effort | undefined;
  readonly images: Partial<ImageOptions>;
  readonly seed: Seed;
  readonly limit: number | undefined;
  readonly heldOut: number | undefined;
  readonly csv: CsvOptions;
  readonly out: string | undefined;
  /** Whether to go on with the interrupted run in the folder. */
  readonly resume: boolean;
  /** Whether to begin again where an interrupted run, or a model of other data, is in the folder. */
  readonly anew: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * Trains a flow on the data, saves it, scores the rows held out, and prints the report. Writes `model.safetensors`,
 * `history.csv` and `report.json` into a folder that no other run writes into meanwhile.
 */
export async function train(options: TrainOptions): Promise<void> {
  const { data: name, out = defaultFolder(name) } = options;
  const source = findData(name, options.csv);
  const origin = originOf(source);
  const folder = await trainingFolder(out);
  try {
    await trainInto(folder, source, origin, options);
  } catch (error) {
    if (!isDiffeoError(error) || error.code !== 'WRITE' || !folder.hasCheckpoint()) throw error;
    const advice = 'The same command with --resume goes on when it can be';
    throw new DiffeoError('WRITE', `${error.message}. ${advice}`, { cause: error });
  } finally {
    folder.close();
  }
}

const print = (report: TrainReport, { json }: TrainOptions): Promise<void> =>
  printResult(json ? `${JSON.stringify(report)}\n` : trainSummary(report));

/** Why no model is chosen by effort. */
function effortRefusal({ all }: TrainingData, name: string): string {
  if (!all) return `--effort is for tables, and '${name}' is none`;
  const columns = sizeOf(all.eventShape);
  const why =
    columns > maxCovariances
      ? `${columns} columns, and a model is chosen for at most ${maxCovariances}`
      : `${all.count} rows that can be learned, too few to choose a model by`;
  return `--effort: '${name}' has ${why}. Without it, one flow is trained`;
}

async function trainInto(
  folder: TrainingFolder,
  source: DataSource,
  origin: DataOrigin,
  options: TrainOptions,
): Promise<void> {
  const { data: name, seed, signal, workers } = options;
  const { flips } = options.images;
  const { checkpoint: resume, line } = beginRun(folder, { ...options, name, origin });
  const before = `cancelled before training. ${resume ? `The interrupted run in ${folder.path} stays` : 'Nothing was saved'}`;
  whenCancelled(signal, before);
  const named = options.flow === undefined ? null : flowNamed(options.flow);
  const described = describedBy(options);
  // What can be refused by its name is refused before anything is read.
  requireTogether(options, described);
  requireTaken(options, options.flow ?? source.flow, named ?? flowNamed(source.flow));
  const data = await source.train({ ...options, describesFlow: described !== null });
  if (options.context && !data.mixed) {
    throw new DiffeoError(
      'USAGE',
      `--context is for tables of at least 20 rows and at most ${maxCovariances} columns, and '${name}' is none`,
    );
  }
  if (isForMixture(data, options)) {
    await trainMixture(folder, data, { ...options, origin, line, before });
    return;
  }
  if (options.effort !== undefined) throw new DiffeoError('USAGE', effortRefusal(data, name));
  const { columns } = data;
  const { flow = data.defaults.flow } = options;
  const kind = named ?? flowNamed(flow);
  if (kind.images && data.train.eventShape.length !== 3) {
    throw new DiffeoError('USAGE', `--flow ${flow} is for images, and '${name}' is none`);
  }
  const { shape, base, loss, fit, record: asked } = flowSettings(options, flow, kind, data.defaults);

  await stopIfCancelled(signal, before);
  await useWasm();
  const start = await startTraining(data, kind, { ...shape, seed, ...(base && { base }) });
  const { model, gaussian } = start;

  const record = runRecord({ ...asked, seed, flips: flips && 'yes' }, model, data);
  const { found } = folder;
  if (options.resume && !resume && found.model && found.report) {
    requireSameRecord(record, found.model, folder.path);
    say(`the run in ${folder.path} is done: there is nothing to go on with`);
    await print(found.report, options);
    return;
  }
  if (line !== null) say(line);
  if (options.anew) folder.removeCheckpoint();
  const early = tableWarnings(data);
  for (const { message } of early) say(`warning: ${message}`);
  say(`training ${flow} on ${data.train.count} rows of ${name} for ${fit.steps} steps`);

  const metadata = metadataOf({
    ...{ columns, data: name, flow, csv: data.csv, run: record },
    split: { seed, limit: options.limit, heldOut: options.heldOut },
  });
  const settings = {
    ...fit,
    ...{ loss, seed, metadata, signal },
    ...(data.all && { choose: (fitted: Fitted) => keepIfBetter(start, fitted, data.validation, { seed, signal }) }),
    // Rows of a table are placed among those that decided when to stop, for want of better.
    ...(data.all && {
      notesOf: async ({ params }: Fitted) =>
        scoresMetadata(scoreNotes('validation', await scoreRows({ model, params }, data.validation, { seed, signal }))),
    }),
    ...(flips && { augment }),
    ...(workers !== undefined && { workers: { count: workers, ...(flips && { modules: [flipsModule] }) } }),
    ...(resume && { resume }),
  };
  // Until something is saved.
  whenCancelled(signal, null);
  const saved = await fitAndSave(start, data, folder, settings);
  const { fitted, path } = saved;
  if (fitted.stopped === 'converged') say(`stopped at step ${fitted.steps}: validation got no better`);

  const cancelled = `cancelled while the held-out rows were scored. The model is in ${path}. The same command with --resume makes the report`;
  whenCancelled(signal, cancelled);
  let report: TrainReport;
  try {
    const scores = await scoreRows({ model, params: fitted.params }, data.heldOut, { seed, signal, cancelled });
    const warnings = resultWarnings(data, start, fitted, scores);
    for (const { message } of warnings) say(`warning: ${message}`);
    report = {
      ...trainReport({ name, flow, data, model, fitted, scores, gaussian, path, warnings: [...early, ...warnings] }),
      ...(origin && 'path' in origin && { dataPath: origin.path }),
      model: folder.modelPath,
      modelSha256: sha256(saved.model),
    };
  } catch (error) {
    if (isDiffeoError(error) && comesAgain(error.code)) folder.removeCheckpoint();
    throw error;
  }
  folder.finish(report);
  await print(report, options);
}
