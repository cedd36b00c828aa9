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
import { matrixPiece, permutation, scaleAndShift } from '../parts/affine-pieces.ts';
import type { ReadModel } from '../parts/build-model.ts';
import { run } from '../parts/coupling-piece.ts';
import { type Piece, vectorOf } from '../parts/piece.ts';
import { affineOutputs } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import { affineCouplingBlock, maskedAffineFlow } from './affine-couplings.ts';
import { assembledMatrix } from './assembled-matrix.ts';
import type { NormflowsRecipe } from './normflows-recipe.ts';

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

/** `ActNorm` and `AffineConstFlow`: x = z·eˢ + t. */
function affineConstant(dict: StateDict): Read {
  if (dict.has('data_dep_init_done') && dict.take('data_dep_init_done').values[0] === 0) {
    refuse(dict.path, 'an ActNorm that has not been initialised: call the model once on data');
  }
  const [s, t] = [dict.take('s'), dict.take('t')];
  if (s.shape.length !== 2) refuse(dict.path, 'images have no equivalent here');
  const inverted = [...s.values].map((value) => -value);
  return {
    pieces: [
      scaleAndShift(
        inverted,
        [...t.values].map((value, i) => value * -Math.exp(inverted[i] as number)),
      ),
    ],
    features: s.values.length,
  };
}

function readFlow(dict: StateDict, ofBase: number, recipe: NormflowsRecipe): Read {
  const { eps = 1e-3, activation, tailBound } = recipe;
  // Splines are those of nflows, and are called as there.
  const spline = {
    library: 'nflows',
    transforms: 1,
    ...(activation && { activation }),
    ...(tailBound && { tailBound }),
  } as const;
  if (dict.has('prqct')) {
    const inner = dict.at('prqct');
    const features = inner.take('identity_features').values.length + inner.take('transform_features').values.length;
    return { ...couplingPieces(inner, spline), features };
  }
  if (dict.has('mprqat')) {
    const features = dict.take('mprqat.autoregressive_net.initial_layer.weight').shape[1] ?? 0;
    return { ...autoregressivePieces(dict.at('mprqat'), spline), features };
  }
  if (dict.has('autoregressive_net')) return maskedAffine(dict, recipe);
  if (dict.has('flows')) {
    if (!dict.has('flows.1.param_map'))
      refuse(dict.path, 'blocks of images, such as GlowBlock, have no equivalent here');
    return { pieces: [affineCouplingBlock(dict, ofBase, recipe)] };
  }
  if (dict.has('b')) {
    const { piece, features } = maskedAffineFlow(dict, recipe);
    return { pieces: [piece], features };
  }
  if (dict.has('linear')) {
    const order = takeIndices(dict, 'permutation._permutation');
    return { pieces: [permutation(order), luLinear(dict.at('linear'), eps)], features: order.length };
  }
  if (dict.has('log_S') || dict.has('W')) {
    const { matrix, size } = assembledMatrix(dict);
    return { pieces: [matrixPiece(matrix, size, null)], features: size };
  }
  if (dict.has('inv_perm')) {
    dict.take('perm');
    const order = takeIndices(dict, 'inv_perm');
    return { pieces: [permutation(order)], features: order.length };
  }
  if (dict.has('s') && dict.has('t')) return affineConstant(dict);
  return refuse(dict.path, `no flow that is known here has tensors called ${dict.children().join(', ')}`);
}

/** `Permute(mode='swap')`, data to base: the second part comes first. */
const swapped = (features: number): Piece => {
  const first = Math.ceil(features / 2);
  return permutation([...run(first, features - first), ...run(0, first)]);
};

/** The state dict of a `NormalizingFlow` of normflows, which lists its flows from base to data. */
export function readNormflows(dict: StateDict, recipe: NormflowsRecipe): ReadModel {
  const list = dict.at('flows');
  const beyond = list.children().find((name) => Number(name) >= recipe.flows);
  if (beyond !== undefined) refuse(`flows.${beyond}`, `the recipe says ${recipe.flows} flows`);
  const base = dict.at('q0');
  if (!base.has('loc') || !base.has('log_scale')) refuse('q0', 'only DiagGaussian is read as a base');
  const [loc, logScale] = [base.take('loc').values, base.take('log_scale').values];
  const features = loc.length;
  const reads = run(0, recipe.flows).map((i): Read => {
    if (list.has(`${i}`)) return readFlow(list.at(`${i}`), features, recipe);
    if (recipe.swaps) return { pieces: [swapped(features)] };
    return refuse(
      `flows.${i}`,
      "it has no tensors; if it is a Permute with mode='swap', say swaps: true in the recipe",
    );
  });
  return {
    pieces: reads.toReversed().flatMap(({ pieces }) => pieces),
    features,
    contextFeatures: Math.max(...reads.map(({ contextFeatures = 0 }) => contextFeatures)),
    base: { spec: diagonalNormal(), params: { mean: vectorOf(loc), logScale: vectorOf(logScale) } },
  };
}
