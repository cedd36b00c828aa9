import { DiffeoError, type Flow, type FlowParams, sizeOf } from '@diffeo/core';
import { anything, listOf, required, requireOptions, requireParams, seedNumber, text } from '@diffeo/core/arguments';
import { choleskyFactor } from '@diffeo/ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import { holdDataset, requireFlow } from '../data/hold.ts';
import { requireFinite } from '../data/require-finite.ts';
import { disposeDataset, type TensorDataset } from '../data/tensor-dataset.ts';
import { meanOf } from './row-statistics.ts';

/** A multivariate normal fitted by maximum likelihood, on the host in float64. */
interface Gaussian {
  readonly mean: Float64Array;
  /** Lower Cholesky factor of the covariance, row-major. */
  readonly factor: Float64Array;
}

/** What a `DATA` error of {@link gaussianBaseline} carries as its cause. */
export interface DependentColumns {
  /** Every column that is constant or a linear function of columns before it, counted from 0. */
  readonly columns: readonly number[];
}

const shownColumns = 20;

function refuseDependent(columns: readonly number[], names: readonly string[] | undefined): never {
  const shown = columns.slice(0, shownColumns).map((column) => (names ? `'${names[column]}'` : `${column}`));
  const more = columns.length > shownColumns ? ` and ${columns.length - shownColumns} more` : '';
  const [subject, them] =
    columns.length === 1
      ? [`column ${shown[0]} is a linear function of the columns before it (or constant)`, 'it']
      : [`columns ${shown.join(', ')}${more} are linear functions of the columns before them (or constant)`, 'them'];
  const counted = names ? '' : ' Columns are counted from 0.';
  const cause: DependentColumns = { columns };
  throw new DiffeoError('DATA', `${subject}, so the data have no density. Leave ${them} out.${counted}`, { cause });
}

/** The lower Cholesky factor of the covariance around a mean. Columns that those before them explain have none: their numbers are returned too. */
function factorOf(
  covariance: Float64Array,
  mean: Float64Array,
): { readonly factor: Float64Array; readonly dependent: number[] } {
  const size = mean.length;
  const dependent: number[] = [];
  const factor = choleskyFactor(covariance, size, (rest, i) => {
    const variance = covariance[i * size + i] as number;
    // What is left of a variance after the columns before it explain theirs is rounding, where it is that small; so is that of a constant.
    if (rest > Math.max(1e-12 * variance, 1e-24 * (mean[i] as number) ** 2)) return Math.sqrt(rest);
    dependent.push(i);
    return 0;
  });
  return { factor, dependent };
}

function fitGaussian(rows: Float32Array, size: number, names: readonly string[] | undefined): Gaussian {
  const count = rows.length / size;
  const mean = new Float64Array(size);
  for (let i = 0; i < rows.length; i++) mean[i % size] = (mean[i % size] as number) + (rows[i] as number) / count;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) centred[i] = (rows[row * size + i] as number) - (mean[i] as number);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        covariance[i * size + j] =
          (covariance[i * size + j] as number) + ((centred[i] as number) * (centred[j] as number)) / count;
      }
    }
  }
  const { factor, dependent } = factorOf(covariance, mean);
  if (dependent.length > 0) refuseDependent(dependent, names);
  return { mean, factor };
}

/** The log-density of every row. */
function logDensities({ mean, factor }: Gaussian, rows: Float32Array): Float64Array {
  const size = mean.length;
  let normaliser = -0.5 * size * Math.log(2 * Math.PI);
  for (let i = 0; i < size; i++) normaliser -= Math.log(factor[i * size + i] as number);
  const solved = new Float64Array(size);
  return Float64Array.from({ length: rows.length / size }, (_, row) => {
    let squares = 0;
    for (let i = 0; i < size; i++) {
      let rest = (rows[row * size + i] as number) - (mean[i] as number);
      for (let j = 0; j < i; j++) rest -= (factor[i * size + j] as number) * (solved[j] as number);
      solved[i] = rest / (factor[i * size + i] as number);
      squares += (solved[i] as number) ** 2;
    }
    return normaliser - 0.5 * squares;
  });
}

async function preprocess(model: Flow, params: FlowParams, x: Tensor, noise: number) {
  const { value, logDet } = model.toBase(params, x, model.dequantizes ? { noise } : {});
  const [values, logDets] = [(await value.data()) as Float32Array, (await logDet.data()) as Float32Array];
  value.dispose();
  logDet.dispose();
  return { values, logDets };
}

/** Rows for {@link gaussianBaseline}. */
export interface BaselineData {
  readonly train: Tensor;
  readonly heldOut: Tensor;
  /** Draws the dequantization noise, where there is any. Default 0. */
  readonly noise?: number;
  /** Names of the base's dimensions, for messages. Default: their numbers, from 0. */
  readonly columns?: readonly string[];
}

/** What a full-covariance Gaussian says of held-out rows. */
export interface Baseline {
  /** The mean negative log-likelihood, nats. */
  readonly nll: number;
  /** The log-likelihood of every held-out row, nats: what `compareScores` takes. */
  readonly scores: Float64Array;
}

/**
 * A full-covariance Gaussian fitted to the training rows: what a flow has to beat. `preprocessing` is a flow of the same
 * dequantizer and preprocessing layers and nothing else; the Gaussian stands where that flow's base is, so the figures are in
 * the units of the data as given.
 *
 * @throws DiffeoError `DATA` when columns are constant or linearly dependent: all are named, and `error.cause` is
 * {@link DependentColumns}.
 */
export async function gaussianBaseline(preprocessing: Flow, params: FlowParams, data: BaselineData): Promise<Baseline> {
  requireFlow(preprocessing, 'gaussianBaseline');
  requireOptions<BaselineData>('gaussianBaseline', data, {
    train: required(anything),
    heldOut: required(anything),
    noise: seedNumber,
    columns: listOf(text),
  });
  requireParams(preprocessing.layout, params, 'gaussianBaseline');
  const { noise = 0, columns } = data;
  const held: TensorDataset[] = [];
  try {
    for (const [given, what] of [
      [data.train, 'the training data'],
      [data.heldOut, 'the held-out data'],
    ] as const) {
      const dataset = holdDataset(preprocessing, given, what);
      held.push(dataset);
      await requireFinite(preprocessing, dataset, what);
    }
    const [{ x: train }, { x: heldOut }] = held as [TensorDataset, TensorDataset];
    return await baselineOf(preprocessing, params, { train, heldOut, noise }, columns);
  } finally {
    for (const dataset of held) disposeDataset(dataset);
  }
}

/** {@link gaussianBaseline} of checked data. */
async function baselineOf(
  preprocessing: Flow,
  params: FlowParams,
  { train, heldOut, noise }: { readonly train: Tensor; readonly heldOut: Tensor; readonly noise: number },
  columns: readonly string[] | undefined,
): Promise<Baseline> {
  const fitted = fitGaussian(
    (await preprocess(preprocessing, params, train, noise)).values,
    sizeOf(preprocessing.baseShape),
    columns,
  );
  const { values, logDets } = await preprocess(preprocessing, params, heldOut, noise + 1);
  const scores = logDensities(fitted, values).map((logDensity, row) => logDensity + (logDets[row] as number));
  return { nll: -meanOf(scores), scores };
}
