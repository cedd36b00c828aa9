import { invert, type Spec } from '@diffeo/core';
import { coupling } from '@diffeo/layers-coupling';
import { elementwise } from '@diffeo/layers-elementwise';
import { additive, affine } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import { type StateDict, takeIndices } from '../file/state-dict.ts';
import { rearranged } from '../networks/dense.ts';
import type { Activation, ImportedNetwork } from '../networks/imported-network.ts';
import { residualNet } from '../networks/residual-net.ts';
import { sequentialMlp } from '../networks/sequential-mlp.ts';
import type { Piece } from '../parts/piece.ts';
import { splineOutputs } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import type { NflowsRecipe } from './nflows-recipe.ts';
import { sizeFactor, splineOf } from './splines.ts';

/** The scale functions that nflows predefines. */
const scales = {
  default: affine({ scale: 'sigmoid', offset: 2, least: 1e-3 }),
  general: affine({ scale: 'softplus', least: 1e-3, most: 3 }),
} as const;

const scaleOf = (activation: NonNullable<NflowsRecipe['scaleActivation']>): Spec<'transform'> =>
  typeof activation === 'string' ? scales[activation] : affine(activation);

/** The network of a coupling: a `ResidualNet`, or linear layers one after another. */
function networkOf(dict: StateDict, inputs: number, activation: Activation): ImportedNetwork {
  if (dict.has('initial_layer')) return residualNet(dict, inputs, activation);
  return sequentialMlp(dict, inputs, activation);
}

/**
 * The couplings of nflows: additive, affine, and rational-quadratic splines with linear tails. How many outputs its network has for each
 * number says which one it is.
 */
export function couplingPieces(dict: StateDict, recipe: NflowsRecipe): { pieces: Piece[]; contextFeatures: number } {
  const [identityColumns, transformed] = [
    takeIndices(dict, 'identity_features'),
    takeIndices(dict, 'transform_features'),
  ];
  if (identityColumns.length === 0) refuse(dict.path, 'a coupling that keeps no feature');
  const activation = need(recipe, 'activation', dict.path, "'relu' is nflows' default");
  const network = networkOf(dict.at('transform_net'), identityColumns.length, activation);
  const numbers = transformed.length;
  const each = network.last.outputs / numbers;
  const layer = (transform: Spec<'transform'>, conditioner: Spec<'network'>) =>
    coupling({ mask: { identityColumns }, transform, conditioner });
  const { contextFeatures } = network;

  if (each === 1 || each === 2) {
    // Shifts come first, then what scales are made of. nflows maps data by x·s + t: the forward direction of ours.
    const shifts = Array.from({ length: numbers }, (_, i) => ({ row: i }));
    const order = each === 1 ? shifts : [...shifts.map(({ row }) => ({ row: numbers + row })), ...shifts];
    const advice = "'default' is nflows' default, 'general' its other one, or the options of affine()";
    const transform = each === 1 ? additive() : scaleOf(need(recipe, 'scaleActivation', dict.path, advice));
    const { spec, params } = network.finish(rearranged(network.last, order));
    return {
      pieces: [{ spec: invert({ layer: layer(transform, spec) }), params: { network: params } }],
      contextFeatures,
    };
  }
  const { transform, convention } = splineOf(dict.path, each, recipe);
  const order = splineOutputs(numbers, { ...convention, sizeFactor: sizeFactor(network.scaledBy) });
  const { spec, params } = network.finish(rearranged(network.last, order));
  const pieces: Piece[] = [{ spec: layer(transform, spec), params: { network: params } }];
  if (dict.has('unconditional_transform')) {
    pieces.push(
      unconditional(dict.at('unconditional_transform'), identityColumns, identityColumns.length + numbers, recipe),
    );
  }
  return { pieces, contextFeatures };
}

/** The splines of the features that stay, each with parameters of its own: one layer of all features, the others at 0, where it is the identity. */
function unconditional(dict: StateDict, columns: readonly number[], size: number, recipe: NflowsRecipe): Piece {
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
