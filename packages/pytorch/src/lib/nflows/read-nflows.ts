import { diagonalNormal } from '@diffeo/core';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import type { ReadModel } from '../parts/build-model.ts';
import { vectorOf } from '../parts/piece.ts';
import type { NflowsRecipe } from './nflows-recipe.ts';
import { readTransform } from './transforms.ts';

/** The base of a flow of nflows: `StandardNormal`, which has no tensors, or `DiagonalNormal`. */
function baseOf(dict: StateDict): Pick<ReadModel, 'base'> {
  if (dict.has('_log_z')) dict.take('_log_z'); // a constant, which older versions saved
  if (!dict.has('mean_')) return {};
  const params = { mean: vectorOf(dict.take('mean_').values), logScale: vectorOf(dict.take('log_std_').values) };
  return { base: { spec: diagonalNormal(), params } };
}

/** The state dict of an nflows `Flow`. */
export function readNflows(dict: StateDict, recipe: NflowsRecipe): ReadModel {
  if (!dict.has('_transform')) {
    const found = dict.children().slice(0, 5).join(', ');
    refuse('_transform', `the state dict of an nflows Flow begins with it; this one has ${found || 'no tensors'}`);
  }
  const transform = dict.at('_transform');
  const listed = transform.has('_transforms') ? transform.at('_transforms').children() : ['0'];
  const count = 1 + Math.max(...listed.map(Number));
  if (count !== recipe.transforms) {
    refuse(
      transform.path,
      `the recipe says ${recipe.transforms} transforms, and the file has tensors of ${count}: one that has none cannot be read`,
    );
  }
  return { ...readTransform(transform, recipe), ...baseOf(dict.at('_distribution')) };
}
