import { standardise } from '@diffeo/layers-elementwise';
import { refuse } from '../file/refuse.ts';
import { type StateDict, takeIndices } from '../file/state-dict.ts';
import { permutation, scaleAndShift } from '../parts/affine-pieces.ts';
import { invertedPieces, type Piece, vectorOf } from '../parts/piece.ts';
import { recipeAt } from '../recipe/watched-recipe.ts';
import { autoregressivePieces } from './autoregressive.ts';
import { couplingPieces } from './couplings.ts';
import { luLinear, matrixLinear } from './linear.ts';
import { listLength } from './list-length.ts';
import type { NflowsRecipe } from './nflows-recipe.ts';

/** What a transform of nflows is here. */
export interface Read {
  readonly pieces: readonly Piece[];
  /** How many features the events have that it maps, and how many the context has that it takes, where it says so. */
  readonly features: number;
  readonly contextFeatures: number;
}

const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/** `BatchNorm` in evaluation: w·(x − mean)/√(variance + eps) + bias, with w = softplus(a) + eps. */
function batchNorm(dict: StateDict, { batchNormEps: eps = 1e-5 }: NflowsRecipe): Piece {
  const [weight, bias, mean, variance] = ['unconstrained_weight', 'bias', 'running_mean', 'running_var'].map((name) => [
    ...dict.take(name).values,
  ]) as [number[], number[], number[], number[]];
  const scale = weight.map((a, i) => (softplus(a) + eps) / Math.sqrt((variance[i] as number) + eps));
  return scaleAndShift(
    scale.map(Math.log),
    bias.map((b, i) => b - (scale[i] as number) * (mean[i] as number)),
  );
}

/** `PointwiseAffineTransform`: x·scale + shift, fixed, one number for all features or one for each. */
function pointwiseAffine(dict: StateDict): Piece {
  const [scale, shift] = [[...dict.take('_scale').values], [...dict.take('_shift').values]];
  const size = Math.max(scale.length, shift.length);
  if (scale.some((s) => !(s > 0))) refuse(dict.path, 'a scale that is not above 0');
  const each = (of: readonly number[], i: number): number => of[of.length === 1 ? 0 : i] as number;
  const all = Array.from({ length: size }, (_, i) => ({ scale: each(scale, i), shift: each(shift, i) }));
  return standardised(
    all.map((one) => -one.shift / one.scale),
    all.map((one) => 1 / one.scale),
  );
}

/** z = (x − mean)/scale for each column. */
const standardised = (mean: readonly number[], scale: readonly number[]): Piece => ({
  spec: standardise(),
  params: { mean: vectorOf(mean), scale: vectorOf(scale) },
  inverse: () =>
    standardised(
      mean.map((m, i) => -m / (scale[i] as number)),
      scale.map((s) => 1 / s),
    ),
});

/** The transform whose tensors these are; what they are called says which one it is. */
export function readTransform(dict: StateDict, recipe: NflowsRecipe): Read {
  const plain = (pieces: readonly Piece[], features: number): Read => ({ pieces, features, contextFeatures: 0 });
  const sizeOf = (name: string): number => dict.take(name).values.length;
  if (dict.has('_transforms')) return readComposite(dict, recipe);
  if (dict.has('_transform')) {
    const inner = readTransform(dict.at('_transform'), recipe);
    return { ...inner, pieces: invertedPieces(inner.pieces) };
  }
  if (dict.has('transform_net')) {
    const features = sizeOf('identity_features') + sizeOf('transform_features');
    return { ...couplingPieces(dict, recipe), features };
  }
  if (dict.has('autoregressive_net')) {
    return {
      ...autoregressivePieces(dict, recipe),
      features: dict.take('autoregressive_net.initial_layer.weight').shape[1] ?? 0,
    };
  }
  if (dict.has('_permutation')) return plain([permutation(takeIndices(dict, '_permutation'))], sizeOf('_permutation'));
  if (dict.has('unconstrained_upper_diag')) return plain([luLinear(dict, recipe)], sizeOf('bias'));
  if (dict.has('q_vectors')) return plain([matrixLinear(dict, recipe)], dict.take('q_vectors').shape[1] ?? 0);
  if (['_weight', 'log_upper_diag', 'unconstrained_diagonal'].some((name) => dict.has(name))) {
    return plain([matrixLinear(dict, recipe)], sizeOf('bias'));
  }
  if (dict.has('running_mean')) return plain([batchNorm(dict, recipe)], sizeOf('running_mean'));
  if (dict.has('log_scale')) {
    if (dict.has('initialized') && dict.take('initialized').values[0] === 0) {
      refuse(dict.path, 'an ActNorm that has not been initialised: call the flow once in training mode');
    }
    const [logScale, shift] = [[...dict.take('log_scale').values], [...dict.take('shift').values]];
    return plain([scaleAndShift(logScale, shift)], logScale.length);
  }
  if (dict.has('_scale')) {
    const piece = pointwiseAffine(dict);
    return plain([piece], Math.max(sizeOf('_scale'), sizeOf('_shift')));
  }
  return refuse(dict.path, `no transform that is known here has tensors called ${dict.children().join(', ')}`);
}

/** The transforms of a `CompositeTransform` one after another. */
function readComposite(dict: StateDict, recipe: NflowsRecipe): Read {
  const list = dict.at('_transforms');
  const reads = Array.from({ length: listLength(dict, recipe) }, (_, i) => {
    if (!list.has(`${i}`)) {
      refuse(
        `${list.path}.${i}`,
        'a transform without tensors, such as a fixed non-linearity, has no equivalent here; for a SqueezeTransform give the inputShape of images',
      );
    }
    return readTransform(list.at(`${i}`), recipeAt(recipe, i));
  });
  return {
    pieces: reads.flatMap(({ pieces }) => pieces),
    features: Math.max(...reads.map(({ features }) => features)),
    contextFeatures: Math.max(...reads.map(({ contextFeatures }) => contextFeatures)),
  };
}
