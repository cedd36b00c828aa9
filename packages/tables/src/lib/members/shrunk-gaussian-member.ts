import { lowerInverse } from '@diffeo/ops';
import { tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { behindFront, type FrontKind, hostRows, type StartRows } from '../flows/front.ts';
import { covarianceFactor } from '../mixture/covariance-factor.ts';
import type { HostRows } from '../mixture/fit-gaussian-mixture.ts';
import { gaussianMixture } from '../mixture/gaussian-mixture.ts';
import type { Member, MemberKind } from './member-kind.ts';

/** Added to each variance, in units of the whole. */
const ridge = 1e-6;

/** The mean of rows, and their covariance, its lower triangle. */
function momentsOf({ values, count, size }: HostRows) {
  const mean = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) mean[i] = (mean[i] as number) + (values[row * size + i] as number) / count;
  }
  const covariance = new Float64Array(size * size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) {
      const away = ((values[row * size + i] as number) - (mean[i] as number)) / count;
      for (let j = 0; j <= i; j++) {
        const at = i * size + j;
        covariance[at] = (covariance[at] as number) + away * ((values[row * size + j] as number) - (mean[j] as number));
      }
    }
  }
  return { mean, covariance };
}

/**
 * How far to draw the covariance of normal rows towards independent columns of their mean variance, 0 to 1: the least expected error, by the oracle approximating
 * shrinkage (Chen, Wiesel, Eldar and Hero 2010, eq. 23). `covariance` is lower triangular.
 */
export function oracleShrinkage(covariance: Float64Array, size: number, count: number): number {
  let [trace, squares] = [0, 0];
  for (let i = 0; i < size; i++) {
    trace += covariance[i * size + i] as number;
    for (let j = 0; j <= i; j++) squares += (i === j ? 1 : 2) * (covariance[i * size + j] as number) ** 2;
  }
  const most = (count + 1 - 2 / size) * (squares - trace ** 2 / size);
  return most > 0 ? Math.min(1, ((1 - 2 / size) * squares + trace ** 2) / most) : 1;
}

/** The Gaussian of rows whose covariance is drawn towards independent columns as far as so few rows of so many columns ask for. */
function shrunkWhitening(rows: HostRows): { readonly mean: Float64Array; readonly whitening: Float64Array } {
  const { count, size } = rows;
  const { mean, covariance } = momentsOf(rows);
  const shrinkage = oracleShrinkage(covariance, size, count);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i] as number;
  const shrunk = covariance.map((value) => (1 - shrinkage) * value);
  for (let i = 0; i < size; i++) {
    const at = i * size + i;
    shrunk[at] = (shrunk[at] as number) + (shrinkage + ridge) * (trace / size);
  }
  return { mean, whitening: lowerInverse(covarianceFactor(shrunk, size), size) };
}

/** The Gaussian, or Gaussian copula, of few rows of many columns: of a covariance that is drawn towards independent columns. */
export function shrunkGaussianMember(front: FrontKind & ('standardised' | 'columns')): MemberKind {
  const fitted = async (rows: StartRows): Promise<Member> => {
    const started = await rows.front(front);
    const { size } = rows;
    const { mean, whitening } = shrunkWhitening(await hostRows(started, rows));
    return behindFront(started, size, {
      base: gaussianMixture({ components: 1 }),
      params: {
        layers: [],
        base: {
          means: tensor2d(Float32Array.from(mean), [1, size]),
          whitening: tensor3d(Float32Array.from(whitening), [1, size, size]),
          logits: tensor1d([0]),
        },
      },
    });
  };
  return {
    name: front === 'columns' ? 'Gaussian copula drawn towards independence' : 'Gaussian drawn towards independence',
    fit: async ({ train }) => {
      const member = await fitted(train);
      return [{ setting: '', stopScore: 0, build: () => member }];
    },
    refit: fitted,
  };
}
