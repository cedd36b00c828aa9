import { bitsPerDim, countParams, type Density, type Flow, sizeOf } from '@diffeo/core';
import type { MemberShare } from '@diffeo/tables';
import { type Baseline, compareScores, type Fitted, meanOf, rowStatistics, type Warning } from '@diffeo/trainer';
import type { TrainingData } from '../data/training-data.ts';
import { finiteOrNull } from '../terminal/finite-or-null.ts';

/** Negative log-likelihoods of rows that training never saw. `null` where a row is impossible for the model. */
interface HeldOutReport {
  /** Their mean. */
  readonly nll: number | null;
  readonly standardError: number | null;
  readonly median: number | null;
  /** The mean without the lowest and the highest twentieth: what it would be if no few rows carried it. */
  readonly trimmedMean: number | null;
  readonly count: number;
}

/** How a model does beside another, on the held-out rows. */
interface Comparison {
  /** How much more likely the rows are under the model, in the mean: the differences as they are, and each held to ±10. */
  readonly difference: {
    readonly mean: number | null;
    readonly clipped: { readonly mean: number; readonly standardError: number | null };
  };
  /** Whether the model is worse: by more than 2 standard errors of the clipped mean, or by more than 1 nat as it is. */
  readonly worse: boolean;
}

/** What the model is compared with. */
interface BaselineReport extends Comparison {
  /** Its mean negative log-likelihood of the held-out rows. */
  readonly gaussianNll: number;
}

/** What a model of a mixed table is compared with: each column by itself. */
interface IndependentReport extends Comparison {
  readonly nll: number;
}

/** What `diffeo train` found: the one object that `--json` prints. Likelihoods are in nats and the units of the data. */
export interface TrainReport {
  /** The argument DATA. */
  readonly data: string;
  readonly flow: string;
  readonly dimensions: number;
  /** How many numbers training changes. */
  readonly parameters: number;
  /** Steps done; fewer than asked for when validation stopped getting better. Absent for a mixture. */
  readonly steps?: number;
  /** The step at which the model was reached; 0 where it is the flow as it started. */
  readonly bestStep?: number;
  readonly seconds: number;
  /** Rows trained on a second. */
  readonly samplesPerSecond?: number;
  /** Of a mixture: the kinds of its members, what each is worth alone on rows that it did not see, and its share. */
  readonly members?: readonly MemberShare[];
  /** Of a mixture: what was chosen, and why. */
  readonly explanation?: readonly string[];
  /** The most memory that training took, of all threads, bytes. Absent where it is not known. */
  readonly peakBytes?: number;
  readonly heldOut: HeldOutReport;
  /** The Gaussian of full covariance, of 256 dimensions at most, fitted to the same training rows. */
  readonly baseline?: BaselineReport;
  /** Independent columns, fitted to the same rows. Of mixed tables. */
  readonly independent?: IndependentReport;
  /** The least nll that there can be. Toys only. */
  readonly entropy?: number;
  /** The mean of log p − log q over the held-out rows, p the true density and q the flow's. Toys only. */
  readonly kl?: number | null;
  /** Bits per dimension, of dequantized data only. */
  readonly bitsPerDim?: number | null;
  /** What whoever uses the model has to know; said on stderr too. */
  readonly warnings: readonly Warning[];
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
  readonly gaussian: Baseline | null;
  readonly warnings: readonly Warning[];
  readonly path: string;
}

function meanDifference(truth: Float64Array, scores: Float32Array): number {
  return meanOf(truth.map((value, i) => value - (scores[i] as number)));
}

function comparison(scores: Float32Array, baseline: Baseline): Comparison {
  const { mean, clipped, worse } = compareScores(scores, baseline.scores);
  return {
    difference: {
      mean: finiteOrNull(mean),
      clipped: { mean: clipped.mean, standardError: finiteOrNull(clipped.standardError) },
    },
    worse,
  };
}

/** What a report of any model has. */
interface ScoredResult extends Omit<TrainResult, 'model' | 'fitted'> {
  /** Of a mixed table. */
  readonly independent?: Baseline | null;
  readonly model: Density;
  readonly seconds: number;
}

/** The report of a model whose held-out rows were scored. */
export function scoredReport(result: ScoredResult): Omit<TrainReport, 'dataPath' | 'modelSha256'> {
  const { name, flow, data, model, seconds, scores, gaussian, independent, warnings, path } = result;
  const { mean, standardError, median, trimmedMean, count } = rowStatistics(scores);
  const { truth, heldOut } = data;
  return {
    data: name,
    flow,
    dimensions: sizeOf(model.eventShape),
    parameters: countParams(model.layout, { trainable: true }),
    seconds,
    heldOut: {
      nll: finiteOrNull(-mean),
      standardError: finiteOrNull(standardError),
      median: finiteOrNull(-median),
      trimmedMean: finiteOrNull(-trimmedMean),
      count,
    },
    ...(gaussian && { baseline: { gaussianNll: gaussian.nll, ...comparison(scores, gaussian) } }),
    ...(independent && { independent: { nll: independent.nll, ...comparison(scores, independent) } }),
    ...(truth && {
      entropy: truth.entropy,
      kl: finiteOrNull(meanDifference(truth.logProb(heldOut), scores)),
    }),
    ...(model.dequantizes && { bitsPerDim: finiteOrNull(bitsPerDim(model, -mean)) }),
    warnings,
    model: path,
  };
}

/** The report of a run. */
export function trainReport(result: TrainResult): Omit<TrainReport, 'dataPath' | 'modelSha256'> {
  const { steps, bestStep, seconds, samplesPerSecond, peakBytes } = result.fitted;
  return {
    ...scoredReport({ ...result, seconds }),
    ...{ steps, bestStep, samplesPerSecond },
    ...(peakBytes !== null && { peakBytes }),
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** How much better the model is than what it is compared with, or how much worse. */
function besideBaseline({ mean, clipped }: Comparison['difference'], nats: (value: number | null) => string): string {
  const sign = (mean ?? clipped.mean) < 0 ? -1 : 1;
  const held = `${nats(sign * clipped.mean)} ± ${nats(clipped.standardError)} with each row held to ±10`;
  return `${sign < 0 ? 'worse' : 'better'} by ${nats(mean === null ? null : sign * mean)} nats a row (${held})`;
}

/** What the model is: a flow by its name, a mixture by its members. */
function modelLine({ flow, members, parameters }: TrainReport): string[] {
  if (!members) return ['flow', `${flow}, ${whole(parameters)} parameters`];
  const count = members.reduce((sum, own) => sum + own.members, 0);
  // Each member has a weight.
  const learned = parameters - count;
  const trained = learned === 0 ? 'no flow or network among them' : `${whole(learned)} trained parameters`;
  return ['density', `mixture of ${count} members of ${members.length} kinds, ${trained}`];
}

/** A report for people. */
export function trainSummary(report: TrainReport): string {
  const { heldOut, baseline, entropy, kl, bitsPerDim: bits, peakBytes } = report;
  const nats = (value: number | null): string => value?.toFixed(4) ?? 'infinite';
  const { independent } = report;
  const { difference } = baseline ?? independent ?? {};
  const { steps, samplesPerSecond } = report;
  const trained = steps === undefined ? 'fitted in' : `${whole(steps)} steps in`;
  const speed = samplesPerSecond === undefined ? '' : `, ${whole(samplesPerSecond)} rows/s`;
  const lines = [
    ['data', `${report.data}, ${report.dimensions} dimensions`],
    modelLine(report),
    ['training', `${trained} ${report.seconds.toFixed(1)} s${speed}`],
    ...(peakBytes === undefined ? [] : [['memory', `${whole(Math.ceil(peakBytes / 2 ** 20))} MiB at most`]]),
    ['held-out nll', `${nats(heldOut.nll)} ± ${nats(heldOut.standardError)} nats, ${whole(heldOut.count)} rows`],
    ...(report.warnings.some(({ code }) => code === 'FEW_ROWS_DECIDE' || code === 'IMPOSSIBLE_ROWS')
      ? [['median nll', `${nats(heldOut.median)} nats; without the extreme twentieths ${nats(heldOut.trimmedMean)}`]]
      : []),
    ...(baseline ? [['Gaussian nll', `${nats(baseline.gaussianNll)} nats, full covariance, same rows`]] : []),
    ...(independent ? [['columns nll', `${nats(independent.nll)} nats, each column by itself, same rows`]] : []),
    ...(difference ? [[`vs ${baseline ? 'Gaussian' : 'columns'}`, besideBaseline(difference, nats)]] : []),
    ...(entropy === undefined ? [] : [['entropy', `${nats(entropy)} nats, the least possible nll`]]),
    ...(kl === undefined ? [] : [['kl', `${nats(kl)} nats from the true density`]]),
    ...(bits === undefined ? [] : [['bits/dim', nats(bits)]]),
    ['model', report.model],
  ];
  return lines.map(([name = '', value]) => `${name.padEnd(15)}${value}\n`).join('');
}
