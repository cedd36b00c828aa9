import { additive, affine } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import type { Dense } from '../networks/dense.ts';
import { linearLayers, mlpOf, sequentialMlp, sideBySide } from '../networks/sequential-mlp.ts';
import { couplingPiece, run } from '../parts/coupling-piece.ts';
import type { Piece } from '../parts/piece.ts';
import { affineOutputs } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import type { NormflowsRecipe } from './normflows-recipe.ts';

/** The scale maps of normflows, by which numbers of the base are multiplied. */
export const scales = {
  exp: affine({ scale: 'exp' }),
  sigmoid: affine({ scale: 'inverse-sigmoid', offset: 2 }),
  sigmoid_inv: affine({ scale: 'sigmoid', offset: 2, least: 0 }),
} as const;

/** What is usual in normflows, for messages. */
export const relu = "'relu' is normflows' default";

/** `AffineCouplingBlock` of vectors: one half stays, and shifts and scales of the other take turns among the network's outputs. */
export function affineCouplingBlock(dict: StateDict, features: number, recipe: NormflowsRecipe): Piece {
  const activation = need(recipe, 'activation', dict.path, relu);
  const splitMode = need(recipe, 'splitMode', dict.path, "'channel' is normflows' default");
  const network = sequentialMlp(dict.at('flows.1.param_map'), 0, activation);
  const stays = network.contextFeatures; // all its inputs
  const outputs = network.last.outputs;
  // The first half is one longer where they differ.
  const isFirst = splitMode === 'channel';
  const numbers = features - stays;
  const isAdditive = outputs === numbers;
  if (stays !== (isFirst ? Math.ceil : Math.floor)(features / 2) || (!isAdditive && outputs !== 2 * numbers)) {
    refuse(
      dict.path,
      `a network of ${stays} inputs and ${outputs} outputs is not one of halves of ${features} features with the split mode '${splitMode}'`,
    );
  }
  const identityColumns = isFirst ? run(0, stays) : run(numbers, stays);
  const shared = { identityColumns, network: { ...network, inputs: stays, contextFeatures: 0 }, towardsBase: false };
  const scaleMap = () => need(recipe, 'scaleMap', dict.path, "'exp' is normflows' default");
  return isAdditive
    ? couplingPiece({ ...shared, transform: additive(), outputs: run(0, numbers).map((row) => ({ row })) })
    : couplingPiece({
        ...shared,
        transform: scales[scaleMap()],
        outputs: affineOutputs(numbers, { scale: 1, shift: 0 }),
      });
}

/** Of a network's first layer the columns that are not multiplied by 0. */
function withColumns(layers: readonly Dense[], columns: readonly number[]): Dense[] {
  return layers.map((layer, i) => {
    if (i > 0) return layer;
    const weight = Float64Array.from({ length: layer.outputs * columns.length }, (_, at) => {
      const [row, column] = [Math.floor(at / columns.length), columns[at % columns.length] as number];
      return layer.weight[row * layer.inputs + column] as number;
    });
    return { ...layer, inputs: columns.length, weight };
  });
}

/** `MaskedAffineFlow`: networks for log-scale and shift, side by side in one of ours. */
export function maskedAffineFlow(dict: StateDict, recipe: NormflowsRecipe): { piece: Piece; features: number } {
  const activation = need(recipe, 'activation', dict.path, relu);
  const stays = [...dict.take('b').values];
  const features = stays.length;
  const identityColumns = run(0, features).filter((i) => stays[i] !== 0);
  const transformed = run(0, features).filter((i) => stays[i] === 0);
  if (!dict.has('t')) refuse(dict.path, 'a MaskedAffineFlow without a shift has no equivalent here');
  const shift = withColumns(linearLayers(dict.at('t')), identityColumns);
  const scale = dict.has('s') ? withColumns(linearLayers(dict.at('s')), identityColumns) : null;
  const layers = scale ? sideBySide(dict.path, scale, shift) : shift;
  const network = mlpOf(dict.path, layers, identityColumns.length, activation);
  const rows = (from: number) => transformed.map((i) => ({ row: from + i }));
  const piece = couplingPiece({
    ...{ identityColumns, network, towardsBase: false },
    transform: scale ? scales.exp : additive(),
    outputs: scale ? [...rows(0), ...rows(features)] : rows(0),
  });
  return { piece, features };
}
