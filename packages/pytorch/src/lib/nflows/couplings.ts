import { invert, type Spec } from '@diffeo/core';
import { coupling } from '@diffeo/layers-coupling';
import { elementwise } from '@diffeo/layers-elementwise';
import { additive, affine } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import { type StateDict, takeIndices } from '../file/state-dict.ts';
import { convolutionalNet } from '../networks/convolutional-net.ts';
import { convolutionalResidualNet } from '../networks/convolutional-residual-net.ts';
import { rearranged } from '../networks/dense.ts';
import type { Activation, ImportedNetwork } from '../networks/imported-network.ts';
import { residualNet } from '../networks/residual-net.ts';
import { sequentialMlp } from '../networks/sequential-mlp.ts';
import { permutation } from '../parts/affine-pieces.ts';
import type { Piece } from '../parts/piece.ts';
import { splineOutputs } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import type { CouplingRecipe } from './nflows-recipe.ts';
import { sizeFactor, splineOf } from './splines.ts';

/** The scale functions that nflows predefines. */
const scales = {
  default: affine({ scale: 'sigmoid', offset: 2, least: 1e-3 }),
  general: affine({ scale: 'softplus', least: 1e-3, most: 3 }),
} as const;

const scaleOf = (activation: NonNullable<CouplingRecipe['scaleActivation']>): Spec<'transform'> =>
  typeof activation === 'string' ? scales[activation] : affine(activation);

/** Whether a network is one of images, whose first weight is that of a convolution. */
const isOfImages = (dict: StateDict): boolean => {
  const first = dict.names().find((name) => name.endsWith('weight'));
  return first !== undefined && dict.take(first.slice(dict.path.length + 1)).shape.length === 4;
};

/** The network of a coupling: a `ResidualNet` or `ConvResidualNet`, or linear layers or convolutions one after another. */
function networkOf(dict: StateDict, inputs: number, activation: Activation): ImportedNetwork {
  const isResidual = dict.has('initial_layer');
  if (isOfImages(dict))
    return isResidual ? convolutionalResidualNet(dict, activation) : convolutionalNet(dict, activation);
  return isResidual ? residualNet(dict, inputs, activation) : sequentialMlp(dict, inputs, activation);
}

/** How ours is given the columns that stay and those that change: as they are, or as halves of channels, which another order makes. */
interface Split {
  readonly mask:
    | { readonly mask: { readonly identityColumns: number[] } }
    | { readonly mask: 'channels'; readonly swap: boolean };
  around(piece: Piece): readonly Piece[];
}

function splitOf(path: string, identity: readonly number[], changed: readonly number[], ofImages: boolean): Split {
  if (!ofImages) return { mask: { mask: { identityColumns: [...identity] } }, around: (piece) => [piece] };
  const channels = identity.length + changed.length;
  const half = Math.ceil(channels / 2);
  const swap = identity.length !== half; // then what stays comes second
  if (swap && changed.length !== half) {
    refuse(
      path,
      `a coupling that keeps ${identity.length} of ${channels} channels has no equivalent here: half of them`,
    );
  }
  const order = swap ? [...changed, ...identity] : [...identity, ...changed];
  if (order.every((channel, i) => channel === i))
    return { mask: { mask: 'channels', swap }, around: (piece) => [piece] };
  const back = order.map((_, i) => order.indexOf(i));
  return { mask: { mask: 'channels', swap }, around: (piece) => [permutation(order), piece, permutation(back)] };
}

/**
 * The couplings of nflows: additive, affine, and rational-quadratic splines with linear tails. How many outputs its network has for each
 * number says which one it is.
 */
export function couplingPieces(dict: StateDict, recipe: CouplingRecipe): { pieces: Piece[]; contextFeatures: number } {
  const [identityColumns, transformed] = [
    takeIndices(dict, 'identity_features'),
    takeIndices(dict, 'transform_features'),
  ];
  if (identityColumns.length === 0) refuse(dict.path, 'a coupling that keeps no feature');
  const activation = need(recipe, 'activation', dict.path, "'relu' is nflows' default");
  const network = networkOf(dict.at('transform_net'), identityColumns.length, activation);
  const numbers = transformed.length;
  const each = network.last.outputs / numbers;
  const ofImages = isOfImages(dict.at('transform_net'));
  const { mask, around } = splitOf(dict.path, identityColumns, transformed, ofImages);
  const layer = (transform: Spec<'transform'>, conditioner: Spec<'network'>) =>
    coupling({ ...mask, transform, conditioner });
  const { contextFeatures } = network;

  if (each === 1 || each === 2) {
    // Shifts come first, then what scales are made of. nflows maps data by x·s + t: the forward direction of ours.
    const shifts = Array.from({ length: numbers }, (_, i) => ({ row: i }));
    const order = each === 1 ? shifts : [...shifts.map(({ row }) => ({ row: numbers + row })), ...shifts];
    const advice = "'default' is nflows' default, 'general' its other one, or the options of affine()";
    const transform = each === 1 ? additive() : scaleOf(need(recipe, 'scaleActivation', dict.path, advice));
    const { spec, params } = network.finish(rearranged(network.last, order));
    const piece = { spec: invert({ layer: layer(transform, spec) }), params: { network: params } };
    return { pieces: [...around(piece)], contextFeatures };
  }
  const { transform, convention } = splineOf(dict.path, each, recipe);
  const order = splineOutputs(numbers, {
    ...convention,
    sizeFactor: sizeFactor(network.scaledBy ?? recipe.hiddenFeatures),
  });
  const { spec, params } = network.finish(rearranged(network.last, order));
  const pieces = [...around({ spec: layer(transform, spec), params: { network: params } })];
  if (dict.has('unconditional_transform')) {
    if (ofImages) refuse(dict.path, 'an unconditional transform of channels has no equivalent here');
    pieces.push(
      unconditional(dict.at('unconditional_transform'), identityColumns, identityColumns.length + numbers, recipe),
    );
  }
  return { pieces, contextFeatures };
}

/** The splines of the features that stay, each with parameters of its own: one layer of all features, the others at 0, where it is the identity. */
function unconditional(dict: StateDict, columns: readonly number[], size: number, recipe: CouplingRecipe): Piece {
  const parts = ['unnormalized_widths', 'unnormalized_heights', 'unnormalized_derivatives'].map((name) =>
    dict.take(name),
  );
  const counts = parts.map(({ shape }) => shape[1] ?? 0);
  const each = counts.reduce((sum, count) => sum + count, 0);
  const { transform, convention } = splineOf(dict.path, each, recipe);
  const raw = new Float64Array(each * size);
  let first = 0;
  for (const [i, { values }] of parts.entries()) {
    const count = counts[i] as number;
    for (const [row, column] of columns.entries())
      for (let k = 0; k < count; k++) {
        const value = values[row * count + k] as number;
        raw[(first + k) * size + column] = i === 2 ? value + convention.slopeOffset : value;
      }
    first += count;
  }
  return { spec: elementwise({ transform }), params: { raw: { shape: [each * size], values: raw } } };
}
