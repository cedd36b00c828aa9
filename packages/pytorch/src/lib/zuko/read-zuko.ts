import { diagonalNormal, invert } from '@diffeo/core';
import { autoregressive } from '@diffeo/layers-autoregressive';
import { affine, rationalQuadratic } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import { type StateDict, takeIndices } from '../file/state-dict.ts';
import { rearranged } from '../networks/dense.ts';
import { sequentialMlp } from '../networks/sequential-mlp.ts';
import { zukoMasked } from '../networks/zuko-masked.ts';
import type { ReadModel } from '../parts/build-model.ts';
import { couplingPiece, run } from '../parts/coupling-piece.ts';
import { type Piece, vectorOf } from '../parts/piece.ts';
import { affineOutputs, splineOutputs } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import type { ZukoRecipe } from './zuko-recipe.ts';

/** The transform with so many parameters for each feature, and how they stand: (shift, scale), or the parts of a spline on [−5, 5]. */
function univariate(path: string, each: number, features: number, recipe: ZukoRecipe) {
  const { slope = 1e-3 } = recipe;
  const clip = -Math.log(slope);
  if (each === 2) {
    return {
      transform: affine({ scale: 'soft-clip', bound: clip }),
      outputs: affineOutputs(features, { scale: 1, shift: 0 }),
      isAffine: true,
    };
  }
  const bins = (each + 1) / 3;
  if (!Number.isInteger(bins) || bins < 2) {
    refuse(
      path,
      `${each} parameters for each feature are those of no univariate transform that is known here: affine (2) or a spline (3·bins − 1)`,
    );
  }
  const { bound = 5 } = recipe;
  return {
    transform: rationalQuadratic({ bins, bound, softClip: clip }),
    outputs: splineOutputs(features, { bins, slopes: bins - 1, sizeFactor: 1, slopeOffset: 0 }),
    isAffine: false,
  };
}

function readTransform(
  dict: StateDict,
  recipe: ZukoRecipe,
): { piece: Piece; features: number; contextFeatures: number } {
  if (!dict.has('hyper')) {
    refuse(
      dict.path,
      'only masked autoregressive transforms and couplings of zuko are read, which have a hyper network',
    );
  }
  const activation = need(recipe, 'activation', dict.path, "'relu' is zuko's default");
  if (dict.has('mask')) {
    const mask = dict.take('mask').values;
    const identityColumns = [...mask.keys()].filter((i) => mask[i] !== 0);
    const numbers = mask.length - identityColumns.length;
    const network = sequentialMlp(dict.at('hyper'), identityColumns.length, activation);
    const { transform, outputs, isAffine } = univariate(dict.path, network.last.outputs / numbers, numbers, recipe);
    const piece = couplingPiece({ identityColumns, transform, network, outputs, towardsBase: isAffine });
    return { piece, features: mask.length, contextFeatures: network.contextFeatures };
  }
  const network = zukoMasked(dict.at('hyper'), takeIndices(dict, 'order'), activation);
  const { features, contextFeatures, last } = network;
  const { transform, outputs, isAffine } = univariate(dict.path, last.outputs / features, features, recipe);
  const { spec, params } = network.finish(rearranged(last, outputs));
  const conditionOn = isAffine ? ('base' as const) : ('data' as const);
  const layer = autoregressive({ transform, conditioner: spec, conditionOn });
  return {
    piece: { spec: isAffine ? invert({ layer }) : layer, params: { network: params } },
    ...{ features, contextFeatures },
  };
}

/** `DiagNormal` with its numbers as buffers. */
function baseOf(dict: StateDict): Pick<ReadModel, 'base'> {
  if (!dict.has('loc'))
    refuse(dict.path, `only the base DiagNormal is read; this one has ${dict.children().join(', ') || 'no tensors'}`);
  const [loc, scale] = [[...dict.take('loc').values], [...dict.take('scale').values]];
  if (loc.every((value) => value === 0) && scale.every((value) => value === 1)) return {};
  const params = { mean: vectorOf(loc), logScale: vectorOf(scale.map(Math.log)) };
  return { base: { spec: diagonalNormal({ trainable: false }), params } };
}

/** The state dict of a zuko `Flow`: `MAF`, `NSF`, `NICE` and `RealNVP`, and flows of the same transforms. */
export function readZuko(dict: StateDict, recipe: ZukoRecipe): ReadModel {
  const list = dict.at('transform').at('transforms');
  const places = list.children();
  const isListed = run(0, recipe.transforms).every((i) => list.has(`${i}`));
  if (places.length !== recipe.transforms || !isListed) {
    refuse(
      list.path,
      `the recipe says ${recipe.transforms} transforms, and the file has tensors of ${places.join(', ') || 'none'}`,
    );
  }
  const reads = run(0, recipe.transforms).map((i) => readTransform(list.at(`${i}`), recipe));
  return {
    pieces: reads.map(({ piece }) => piece),
    eventShape: [reads[0]?.features ?? 0],
    contextFeatures: reads[0]?.contextFeatures ?? 0,
    ...baseOf(dict.at('base')),
  };
}
