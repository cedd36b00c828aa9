import { DiffeoError, type GradientMode, type Seed } from '@diffeo/core';
import type { CsvOptions } from '@diffeo/datasets';
import { useWasm } from '@diffeo/trainer';
import { fitAndSave } from './fit-and-save.ts';
import { augment } from './flips.ts';
import { flowNamed } from './flows.ts';
import type { ImageOptions } from './image-data.ts';
import { stopIfCancelled } from './interruption.ts';
import { metadataOf } from './model-metadata.ts';
import { say } from './say.ts';
import { scoreRows } from './score-rows.ts';
import { printResult } from './standard-streams.ts';
import { startTraining } from './start-training.ts';
import { trainReport, trainSummary } from './train-report.ts';
import { loadTrainingData } from './training-data.ts';
import { defaultFolder, readCheckpoint, trainingFolder } from './training-folder.ts';

/** Where workers find what mirrors images. */
const flipsModule = new URL(import.meta.url.endsWith('.ts') ? './flips.ts' : './flips.js', import.meta.url);

/** What `diffeo train` was asked to do. What is `undefined` has a default that goes with the data. */
export interface TrainOptions {
  readonly data: string;
  readonly flow: string | undefined;
  readonly steps: number | undefined;
  readonly batchSize: number | undefined;
  readonly learningRate: number | undefined;
  readonly layers: number | undefined;
  readonly hidden: readonly number[] | undefined;
  readonly levels: number | undefined;
  /** Threads beside this one that share the work. */
  readonly workers: number | undefined;
  readonly gradient: GradientMode | undefined;
  readonly images: Partial<ImageOptions>;
  readonly seed: Seed;
  readonly limit: number | undefined;
  readonly heldOut: number | undefined;
  readonly csv: CsvOptions;
  readonly out: string | undefined;
  /** Whether to go on with the interrupted run in the folder. */
  readonly resume: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * Trains a flow on the data, saves it, scores the rows held out, and prints the report. Writes `model.safetensors`,
 * `history.csv` and `report.json`.
 */
export async function train(options: TrainOptions): Promise<void> {
  const { data: name, seed, signal, workers, gradient, out = defaultFolder(name) } = options;
  const { flips } = options.images;
  const resume = options.resume ? readCheckpoint(out) : null;
  const asked = options.flow === undefined ? null : flowNamed(options.flow);
  const data = await loadTrainingData(name, options);
  const { defaults, columns } = data;
  const { flow = defaults.flow } = options;
  const kind = asked ?? flowNamed(flow);
  if (kind.images && data.train.eventShape.length !== 3) {
    throw new DiffeoError('USAGE', `--flow ${flow} is for images, and '${name}' is none`);
  }
  if (options.levels !== undefined && !kind.images) {
    throw new DiffeoError('USAGE', `--levels is for flows of images, and --flow ${flow} is none`);
  }
  const { layers = defaults.layers, hidden = defaults.hidden, levels = defaults.levels } = options;
  const { steps = defaults.steps } = options;
  const { batchSize = defaults.batchSize, learningRate = defaults.learningRate } = options;
  const { activation, residual, patience } = defaults;

  await stopIfCancelled(signal, 'cancelled before training. Nothing was saved');
  await useWasm();
  const start = await startTraining(data, kind, { layers, hidden, activation, residual, levels, seed });
  const { model, gaussianNll } = start;

  const folder = trainingFolder(out);
  const { modelPath: path } = folder;
  say(`training ${flow} on ${data.train.count} rows of ${name} for ${steps} steps`);

  const metadata = metadataOf({
    ...{ columns, data: name, flow, csv: data.csv },
    split: { seed, limit: options.limit, heldOut: options.heldOut },
  });
  const settings = {
    ...{ steps, batchSize, learningRate, patience, seed, metadata, signal },
    ...(flips && { augment }),
    ...(workers !== undefined && { workers: { count: workers, ...(flips && { modules: [flipsModule] }) } }),
    ...(gradient && { gradient }),
    ...(resume && { resume }),
  };
  const fitted = await fitAndSave(start, data, folder, settings).finally(folder.removeIfUnused);
  if (fitted.stopped === 'converged') say(`stopped at step ${fitted.steps}: validation got no better`);

  const cancelled = `cancelled while the held-out rows were scored. The model is in ${path}`;
  const scores = await scoreRows({ model, params: fitted.params }, data.heldOut, { seed, signal, cancelled });
  const report = trainReport({ name, flow, data, model, fitted, scores, gaussianNll, path });
  folder.saveReport(report);
  await printResult(options.json ? `${JSON.stringify(report)}\n` : trainSummary(report));
}
