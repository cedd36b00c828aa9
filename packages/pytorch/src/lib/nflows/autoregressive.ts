import { invert } from '@diffeo/core';
import { autoregressive } from '@diffeo/layers-autoregressive';
import { affine } from '@diffeo/ops';
import type { StateDict } from '../file/state-dict.ts';
import { rearranged } from '../networks/dense.ts';
import { made } from '../networks/made.ts';
import type { Piece } from '../parts/piece.ts';
import { affineOutputs, splineOutputs } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import type { CouplingRecipe } from './nflows-recipe.ts';
import { splineOf } from './splines.ts';

/** The masked autoregressive transforms of nflows: affine with softplus(a) + 1e-3, and rational-quadratic splines with linear tails. */
export function autoregressivePieces(
  dict: StateDict,
  recipe: CouplingRecipe,
): { pieces: Piece[]; contextFeatures: number } {
  const activation = need(recipe, 'activation', dict.path, "'relu' is nflows' default");
  const network = made(dict.at('autoregressive_net'), activation);
  const { features, contextFeatures } = network;
  const each = network.last.outputs / features;
  if (each === 2) {
    // nflows maps data by x·s(x) + t(x): the forward direction of a layer that sees what it maps from there.
    const { spec, params } = network.finish(rearranged(network.last, affineOutputs(features, { scale: 0, shift: 1 })));
    const transform = affine({ scale: 'softplus', least: 1e-3 });
    const layer = autoregressive({ transform, conditioner: spec, conditionOn: 'base' });
    return { pieces: [{ spec: invert({ layer }), params: { network: params } }], contextFeatures };
  }
  const { transform, convention } = splineOf(dict.path, each, recipe);
  const order = splineOutputs(features, { ...convention, sizeFactor: 1 }); // nflows' MADE says no width
  const { spec, params } = network.finish(rearranged(network.last, order));
  return {
    pieces: [{ spec: autoregressive({ transform, conditioner: spec }), params: { network: params } }],
    contextFeatures,
  };
}
