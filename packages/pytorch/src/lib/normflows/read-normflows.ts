import { diagonalNormal } from '@diffeo/core';
import { autoregressive } from '@diffeo/layers-autoregressive';
import { affine } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import { type StateDict, takeIndices } from '../file/state-dict.ts';
import { rearranged } from '../networks/dense.ts';
import { made } from '../networks/made.ts';
import { autoregressivePieces } from '../nflows/autoregressive.ts';
import { couplingPieces } from '../nflows/couplings.ts';
import { luLinear } from '../nflows/linear.ts';
import { matrixPiece, permutation } from '../parts/affine-pieces.ts';
import type { ReadModel } from '../parts/build-model.ts';
import { run } from '../parts/coupling-piece.ts';
import { type Piece, vectorOf } from '../parts/piece.ts';
import { affineOutputs } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import { affineConstant } from './affine-constant.ts';
import { affineCouplingBlock, maskedAffineFlow } from './affine-couplings.ts';
import { assembledMatrix } from './assembled-matrix.ts';
import type { NormflowsRecipe } from './normflows-recipe.ts';
import { readMultiscale } from './read-multiscale.ts';

/** A flow of normflows, its layers from data to base; it knows its features, unless it says nothing of them. */
interface Read {
  readonly pieces: readonly Piece[];
  readonly features?: number;
  readonly contextFeatures?: number;
}

/** `MaskedAffineAutoregressive`: from base to data, by sigmoid(a + 2) + 1e-3. */
function maskedAffine(dict: StateDict, recipe: NormflowsRecipe): Read {
  const network = made(
    dict.at('autoregressive_net'),
    need(recipe, 'activation', dict.path, "'relu' is normflows' default"),
  );
  const { features, contextFeatures, last } = network;
  const { spec, params } = network.finish(rearranged(last, affineOutputs(features, { scale: 0, shift: 1 })));
  const transform = affine({ scale: 'sigmoid', offset: 2, least: 1e-3 });
  const layer = autoregressive({ transform, conditioner: spec, conditionOn: 'base' });
  return { pieces: [{ spec: layer, params: { network: params } }], features, contextFeatures };
}

function readFlow(dict: StateDict, ofBase: number, recipe: NormflowsRecipe): Read {
  if (dict.has('prqct')) {
    // A spline of nflows, which is called as there.
    const inner = dict.at('prqct');
    const features = inner.take('identity_features').values.length + inner.take('transform_features').values.length;
    return { ...couplingPieces(inner, recipe), features };
  }
  if (dict.has('mprqat')) {
    const features = dict.take('mprqat.autoregressive_net.initial_layer.weight').shape[1] ?? 0;
    return { ...autoregressivePieces(dict.at('mprqat'), recipe), features };
  }
  if (dict.has('autoregressive_net')) return maskedAffine(dict, recipe);
  if (dict.has('flows')) {
    if (!dict.has('flows.1.param_map'))
      refuse(dict.path, 'blocks of images, such as GlowBlock, are read in a MultiscaleFlow alone');
    return { pieces: [affineCouplingBlock(dict, ofBase, recipe)] };
  }
  if (dict.has('b')) {
    const { piece, features } = maskedAffineFlow(dict, recipe);
    return { pieces: [piece], features };
  }
  if (dict.has('linear')) {
    const order = takeIndices(dict, 'permutation._permutation');
    return { pieces: [permutation(order), luLinear(dict.at('linear'), recipe)], features: order.length };
  }
  if (dict.has('log_S') || dict.has('W')) {
    const { matrix, size } = assembledMatrix(dict); // by which rows are multiplied from the right
    const transposed = matrix.map((_, at) => matrix[(at % size) * size + Math.floor(at / size)] as number);
    return { pieces: [matrixPiece(transposed, size, null)], features: size };
  }
  if (dict.has('inv_perm')) {
    dict.take('perm');
    const order = takeIndices(dict, 'inv_perm');
    return { pieces: [permutation(order)], features: order.length };
  }
  if (dict.has('s') && dict.has('t')) {
    const { piece, channels, positions } = affineConstant(dict);
    if (positions > 0) refuse(dict.path, 'images are read in a MultiscaleFlow alone');
    return { pieces: [piece], features: channels };
  }
  return refuse(dict.path, `no flow that is known here has tensors called ${dict.children().join(', ')}`);
}

/** `Permute(mode='swap')`, data to base: the second part comes first. */
const swapped = (features: number): Piece => {
  const first = Math.ceil(features / 2);
  return permutation([...run(first, features - first), ...run(0, first)]);
};

/** The state dict of a `NormalizingFlow` or a `MultiscaleFlow` of normflows, which list their flows from base to data. */
export function readNormflows(dict: StateDict, recipe: NormflowsRecipe): ReadModel {
  const count = recipe.flows;
  if (typeof count !== 'number') return readMultiscale(dict, recipe, count);
  const list = dict.at('flows');
  const beyond = list.children().find((name) => Number(name) >= count);
  if (beyond !== undefined) refuse(`flows.${beyond}`, `the recipe says ${count} flows`);
  const base = dict.at('q0');
  if (base.has('0')) refuse('q0', 'a MultiscaleFlow needs a list in the recipe: how many flows each level has');
  if (!base.has('loc') || !base.has('log_scale')) refuse('q0', 'only DiagGaussian is read as a base');
  const [loc, logScale] = [base.take('loc').values, base.take('log_scale').values];
  const features = loc.length;
  const reads = run(0, count).map((i): Read => {
    if (list.has(`${i}`)) return readFlow(list.at(`${i}`), features, recipe);
    if (recipe.swaps) return { pieces: [swapped(features)] };
    return refuse(
      `flows.${i}`,
      "it has no tensors; if it is a Permute with mode='swap', say swaps: true in the recipe",
    );
  });
  return {
    pieces: reads.toReversed().flatMap(({ pieces }) => pieces),
    eventShape: [features],
    contextFeatures: Math.max(...reads.map(({ contextFeatures = 0 }) => contextFeatures)),
    base: { spec: diagonalNormal(), params: { mean: vectorOf(loc), logScale: vectorOf(logScale) } },
  };
}
