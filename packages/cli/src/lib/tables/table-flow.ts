import { contaminatedNormal, normalMixture, type Params, type Spec } from '@diffeo/core';
import type { Dataset } from '@diffeo/datasets';
import { standardise, whiten } from '@diffeo/layers-elementwise';
import { outliers } from '@diffeo/trainer';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { fitNormalMixture } from './normal-mixture-fit.ts';

/** A base, and the parameters that it begins with where they are found from data. */
export interface StartedBase {
  readonly base: Spec<'base'>;
  readonly params?: Params;
}

/**
 * What stands before the layers of a table's flow. Whitened, the flow starts as the Gaussian of full covariance. One column has
 * no covariance; and where few numbers lie so far out that mean and covariance are theirs, each column is taken by its
 * quantiles.
 */
export function tableLayers({ values, eventShape }: Dataset): readonly Spec<'layer'>[] {
  const size = eventShape[0] as number;
  if (outliers({ values, size }).length > 0) return [standardise({ robust: true })];
  return [size === 1 ? standardise() : whiten()];
}

/**
 * The base of a table's flow. Of several columns, the normal with heavy tails, so that no row that lies far out decides what
 * is learned or reported. In one dimension couplings can bend nothing, so a mixture of normals is fitted to the column, as it
 * comes out of {@link tableLayers}.
 */
export function tableBase(numbers: ArrayLike<number>, size: number): StartedBase {
  if (size > 1) return { base: contaminatedNormal() };
  const { means, scales, weights } = fitNormalMixture(numbers);
  return {
    base: normalMixture({ components: means.length }),
    params: {
      means: tensor2d([...means], [means.length, 1]),
      logScales: tensor2d(scales.map(Math.log), [means.length, 1]),
      logits: tensor1d(weights.map(Math.log)),
    },
  };
}
