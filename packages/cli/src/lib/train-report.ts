import { bitsPerDim, countParams, DiffeoError, type Flow, sizeOf } from '@diffeo/core';
import { type Fitted, meanOf, rowStatistics } from '@diffeo/trainer';
import type { TrainingData } from './training-data.ts';

/** What `diffeo train` found: the one object that `--json` prints. Likelihoods are in nats and the units of the data. */
export interface TrainReport {
  /** The argument DATA. */
  readonly data: string;
  readonly flow: string;
  readonly dimensions: number;
  /** How many numbers training changes. */
  readonly parameters: number;
  /** Steps done; fewer than asked for when validation stopped getting better. */
  readonly steps: number;
  readonly seconds: number;
  /** Rows trained on a second. */
  readonly samplesPerSecond: number;
  /** The most memory that training took, of all threads, bytes. Absent where it is not known. */
  readonly peakBytes?: number;
  /** The mean negative log-likelihood of rows that training never saw. */
  readonly heldOut: { readonly nll: number; readonly standardError: number; readonly count: number };
  /** The same of a full-covariance Gaussian, of 256 dimensions at most, fitted to the same training rows after the same preprocessing. */
  readonly baseline?: { readonly gaussianNll: number };
  /** The least nll that there can be. Toys only. */
  readonly entropy?: number;
  /** The mean of log p − log q over the held-out rows, p the true density and q the flow's. Toys only. */
  readonly kl?: number;
  /** Bits per dimension, of dequantized data only. */
  readonly bitsPerDim?: number;
  /** The absolute path of the data, of files and folders. */
  readonly dataPath?: string;
  /** The absolute path of the model file. */
  readonly model: string;
  /** The SHA-256 of the model file that this is the report of. */
  readonly modelSha256: string;
}

/** What a report is made of. */
export interface TrainResult {
  readonly name: string;
  readonly flow: string;
  readonly data: TrainingData;
  readonly model: Flow;
  readonly fitted: Fitted;
  /** The log-likelihoods of the held-out rows. */
  readonly scores: Float32Array;
  readonly gaussianNll: number | null;
  readonly path: string;
}

function meanDifference(truth: Float64Array, scores: Float32Array): number {
  return meanOf(truth.map((value, i) => value - (scores[i] as number)));
}

/** The report of a run. Throws `NOT_FINITE` when a held-out row is so unlikely that its log-likelihood is −Infinity. */
export function trainReport({
  name,
  flow,
  data,
  model,
  fitted,
  scores,
  gaussianNll,
  path,
}: TrainResult): Omit<TrainReport, 'dataPath' | 'modelSha256'> {
  const { mean, standardError, count } = rowStatistics(scores);
  const { truth, heldOut } = data;
  if (!Number.isFinite(mean)) {
    throw new DiffeoError(
      'NOT_FINITE',
      `the held-out rows have a mean log-likelihood of ${mean}: some lie too far from the training rows for the model in ${path}`,
    );
  }
  return {
    data: name,
    flow,
    dimensions: sizeOf(model.eventShape),
    parameters: countParams(model.layout, { trainable: true }),
    steps: fitted.steps,
    seconds: fitted.seconds,
    samplesPerSecond: fitted.samplesPerSecond,
    ...(fitted.peakBytes !== null && { peakBytes: fitted.peakBytes }),
    heldOut: { nll: -mean, standardError, count },
    ...(gaussianNll !== null && { baseline: { gaussianNll } }),
    ...(truth && { entropy: truth.entropy, kl: meanDifference(truth.logProb(heldOut), scores) }),
    ...(model.dequantizes && { bitsPerDim: bitsPerDim(model, -mean) }),
    model: path,
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** A report for people. */
export function trainSummary(report: TrainReport): string {
  const { heldOut, baseline, entropy, kl, bitsPerDim: bits, peakBytes } = report;
  const nats = (value: number): string => value.toFixed(4);
  const lines = [
    ['data', `${report.data}, ${report.dimensions} dimensions`],
    ['flow', `${report.flow}, ${whole(report.parameters)} parameters`],
    [
      'training',
      `${whole(report.steps)} steps in ${report.seconds.toFixed(1)} s, ${whole(report.samplesPerSecond)} rows/s`,
    ],
    ...(peakBytes === undefined ? [] : [['memory', `${whole(peakBytes / 2 ** 20)} MiB at most`]]),
    ['held-out nll', `${nats(heldOut.nll)} ± ${nats(heldOut.standardError)} nats, ${whole(heldOut.count)} rows`],
    ...(baseline ? [['Gaussian nll', `${nats(baseline.gaussianNll)} nats, full covariance, same rows`]] : []),
    ...(entropy === undefined ? [] : [['entropy', `${nats(entropy)} nats, the least possible nll`]]),
    ...(kl === undefined ? [] : [['kl', `${nats(kl)} nats from the true density`]]),
    ...(bits === undefined ? [] : [['bits/dim', nats(bits)]]),
    ['model', report.model],
  ];
  return lines.map(([name = '', value]) => `${name.padEnd(14)}${value}\n`).join('');
}
