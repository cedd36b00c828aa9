import { DiffeoError, type Flow, type FlowParams, sizeOf } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A multivariate normal fitted by maximum likelihood, on the host in float64. */
interface Gaussian {
  readonly mean: Float64Array;
  /** Lower Cholesky factor of the covariance, row-major. */
  readonly factor: Float64Array;
}

function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  const at = (m: Float64Array, i: number, j: number) => m[i * size + j] as number;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = at(matrix, i, j);
      for (let k = 0; k < j; k++) rest -= at(factor, i, k) * at(factor, j, k);
      if (i !== j) {
        factor[i * size + j] = rest / at(factor, j, j);
        continue;
      }
      // What is left of a variance after the columns before it explain theirs: rounding, where it is that small.
      if (!(rest > 1e-12 * at(matrix, i, i))) {
        throw new DiffeoError(
          'DATA',
          `column ${i + 1} is a linear function of the columns before it (or constant), so the data have no density. Leave it out.`,
        );
      }
      factor[i * size + i] = Math.sqrt(rest);
    }
  }
  return factor;
}

function fitGaussian(rows: Float32Array, size: number): Gaussian {
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
  return { mean, factor: cholesky(covariance, size) };
}

function meanLogDensity({ mean, factor }: Gaussian, rows: Float32Array): number {
  const size = mean.length;
  const count = rows.length / size;
  let normaliser = -0.5 * size * Math.log(2 * Math.PI);
  for (let i = 0; i < size; i++) normaliser -= Math.log(factor[i * size + i] as number);
  let squares = 0;
  const solved = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) {
      let rest = (rows[row * size + i] as number) - (mean[i] as number);
      for (let j = 0; j < i; j++) rest -= (factor[i * size + j] as number) * (solved[j] as number);
      solved[i] = rest / (factor[i * size + i] as number);
      squares += (solved[i] as number) ** 2;
    }
  }
  return normaliser - (0.5 * squares) / count;
}

async function preprocess(model: Flow, params: FlowParams, x: Tensor, noise: number) {
  const { value, logDet } = model.toBase(params, x, model.dequantizes ? { noise } : {});
  const values = (await value.data()) as Float32Array;
  const logDets = (await logDet.data()) as Float32Array;
  value.dispose();
  logDet.dispose();
  return { values, meanLogDet: logDets.reduce((sum, one) => sum + one, 0) / logDets.length };
}

/**
 * The held-out negative log-likelihood, nats, of a full-covariance Gaussian fitted to the training rows: what a flow has to
 * beat. `preprocessing` is a flow of the same dequantizer and preprocessing layers and nothing else; the Gaussian stands
 * where that flow's base is, so the figure is in the units of the data as given.
 *
 * @throws DiffeoError `DATA` when the columns are linearly dependent.
 */
export async function gaussianBaseline(
  preprocessing: Flow,
  params: FlowParams,
  { train, heldOut, noise = 0 }: { readonly train: Tensor; readonly heldOut: Tensor; readonly noise?: number },
): Promise<number> {
  const fitted = fitGaussian(
    (await preprocess(preprocessing, params, train, noise)).values,
    sizeOf(preprocessing.baseShape),
  );
  const { values, meanLogDet } = await preprocess(preprocessing, params, heldOut, noise + 1);
  return -(meanLogDensity(fitted, values) + meanLogDet);
}
