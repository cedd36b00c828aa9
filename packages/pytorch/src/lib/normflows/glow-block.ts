import { coupling } from '@diffeo/layers-coupling';
import { additive } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { convolutionalNet } from '../networks/convolutional-net.ts';
import { rearranged } from '../networks/dense.ts';
import { matrixPiece } from '../parts/affine-pieces.ts';
import { run } from '../parts/coupling-piece.ts';
import type { Piece } from '../parts/piece.ts';
import { affineOutputs } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import { affineConstant } from './affine-constant.ts';
import { relu, scales } from './affine-couplings.ts';
import { assembledMatrix } from './assembled-matrix.ts';
import type { NormflowsRecipe } from './normflows-recipe.ts';

/** `AffineCouplingBlock` of images: one half of the channels stays, and shifts and scales of the other take turns among the network's outputs. */
function couplingOf(dict: StateDict, channels: number, recipe: NormflowsRecipe): Piece {
  const network = convolutionalNet(dict.at('flows.1.param_map.net'), need(recipe, 'activation', dict.path, relu));
  const splitMode = need(recipe, 'splitMode', dict.path, "'channel' is normflows' default");
  const swap = splitMode === 'channel_inv';
  const numbers = swap ? Math.ceil(channels / 2) : Math.floor(channels / 2);
  const { outputs } = network.last;
  if (network.inputs !== channels - numbers || (outputs !== numbers && outputs !== 2 * numbers)) {
    refuse(
      dict.path,
      `a network of ${network.inputs} and ${outputs} channels is not one of halves of ${channels} with the split mode '${splitMode}'`,
    );
  }
  const isAdditive = outputs === numbers;
  const order = isAdditive ? run(0, numbers).map((row) => ({ row })) : affineOutputs(numbers, { scale: 1, shift: 0 });
  const { spec, params } = network.finish(rearranged(network.last, order));
  const transform = isAdditive
    ? additive()
    : scales[need(recipe, 'scaleMap', dict.path, "'sigmoid' is the default of GlowBlock")];
  return { spec: coupling({ mask: 'channels', swap, transform, conditioner: spec }), params: { network: params } };
}

/** A flow of images of so many channels: `GlowBlock`, or one of its parts alone. Layers from data to base. */
export function imageFlow(dict: StateDict, channels: number, recipe: NormflowsRecipe): readonly Piece[] {
  if (dict.has('s')) return [affineConstant(dict).piece];
  if (dict.has('W') || dict.has('log_S')) {
    const { matrix, size } = assembledMatrix(dict);
    return [matrixPiece(matrix, size, null)];
  }
  if (dict.has('flows.1.param_map')) return [couplingOf(dict, channels, recipe)];
  if (dict.has('flows.0.flows')) {
    const flows = dict.at('flows');
    return flows
      .children()
      .toReversed()
      .flatMap((name) => imageFlow(flows.at(name), channels, recipe));
  }
  return refuse(dict.path, `no flow of images that is known here has tensors called ${dict.children().join(', ')}`);
}
