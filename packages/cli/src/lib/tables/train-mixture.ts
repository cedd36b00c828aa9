import { DiffeoError, type GradientMode, type Seed, save, sizeOf } from '@diffeo/core';
import { type Effort, type TableRows, tableFlow } from '@diffeo/tables';
import { useWasm } from '@diffeo/trainer';
import type { TrainingData } from '../data/training-data.ts';
import type { DataOrigin } from '../folder/begin-run.ts';
import { sha256 } from '../folder/model-notes.ts';
import { requireSameRecord, runRecord } from '../folder/run-record.ts';
import type { TrainingFolder } from '../folder/training-folder.ts';
import { metadataOf } from '../model/model-metadata.ts';
import { scoreRows } from '../score/score-rows.ts';
import { whenCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { maxCovariances } from '../train/max-covariances.ts';
import { fitBaseline } from '../train/start-training.ts';
import { scoredReport, type TrainReport, trainSummary } from '../train/train-report.ts';
import { scoredWarnings, tableWarnings } from './table-warnings.ts';

/** What asks for one flow, trained in its own way. */
interface FlowRequest {
  readonly flow: string | undefined;
  readonly steps: number | undefined;
  readonly batchSize: number | undefined;
  readonly learningRate: number | undefined;
  readonly layers: number | undefined;
  readonly hidden: readonly number[] | undefined;
  readonly levels: number | undefined;
  readonly workers: number | undefined;
  readonly gradient: GradientMode | undefined;
}

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
  const { flow, steps, batchSize, learningRate, layers, hidden, levels, workers, gradient } = asked;
  const described = [flow, steps, batchSize, learningRate, layers, hidden, levels, workers, gradient];
  if (!all || described.some((value) => value !== undefined)) return false;
  return sizeOf(train.eventShape) <= maxCovariances && train.count + validation.count >= fewestRows;
}

/** All rows but those held out. */
function rowsToFit({ train, validation }: TrainingData): TableRows {
  const values = new Float32Array(train.values.length + validation.values.length);
  values.set(train.values);
  values.set(validation.values, train.values.length);
  return { values, count: train.count + validation.count, size: sizeOf(train.eventShape) };
}

/**
 * Finds the density of a table by `tableFlow`, from all rows but those held out, saves it, scores the rows held out and prints the report. It takes a
 * minute or so and keeps no checkpoint: the same command does the same again.
 */
export async function trainMixture(folder: TrainingFolder, data: TrainingData, run: MixtureRun): Promise<void> {
  const { data: name, seed, effort = 'standard', signal, json, origin, line, before } = run;
  const print = (report: TrainReport) => printResult(json ? `${JSON.stringify(report)}\n` : trainSummary(report));
  const record = runRecord({ effort, seed }, null, data);
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
  const early = tableWarnings(data);
  for (const { message } of early) say(`warning: ${message}`);
  const gaussian = await fitBaseline(data, seed);
  const rows = rowsToFit(data);
  say(`fitting ${rows.count} rows of ${name}, effort ${effort}`);
  whenCancelled(signal, before);
  const began = performance.now();
  const fitted = await tableFlow(rows, {
    ...{ effort, seed, signal },
    onProgress: (done, what) => what && say(`${Math.round(100 * done)} % · ${what}`),
  }).catch((error: unknown) => {
    throw signal.aborted ? new DiffeoError('CANCELLED', before, { cause: error }) : error;
  });
  const { model, params, shares, explanation } = fitted;
  const seconds = (performance.now() - began) / 1000;
  for (const sentence of explanation) say(sentence);
  const metadata = metadataOf({
    ...{ columns: data.columns, data: name, flow: 'mixture', csv: data.csv, run: record },
    split: { seed, limit: run.limit, heldOut: run.heldOut },
  });
  const scores = await scoreRows({ model, params }, data.heldOut, { seed, signal, cancelled: before });
  const warnings = scoredWarnings(data, gaussian, scores);
  for (const { message } of warnings) say(`warning: ${message}`);
  const bytes = await save(model, params, { metadata });
  const path = folder.saveReached(bytes, []);
  const report: TrainReport = {
    ...scoredReport({
      ...{ name, flow: 'mixture', data, model, seconds, scores, gaussian, path },
      warnings: [...early, ...warnings],
    }),
    members: shares,
    explanation,
    ...(origin && 'path' in origin && { dataPath: origin.path }),
    model: folder.modelPath,
    modelSha256: sha256(bytes),
  };
  folder.finish(report);
  await print(report);
}
