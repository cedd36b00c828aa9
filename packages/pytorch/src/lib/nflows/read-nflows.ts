import { diagonalNormal } from '@diffeo/core';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import type { ReadModel } from '../parts/build-model.ts';
import { vectorOf } from '../parts/piece.ts';
import type { NflowsRecipe } from './nflows-recipe.ts';
import { readImages } from './read-images.ts';
import { readTransform } from './transforms.ts';

/** The base of a flow of nflows: `StandardNormal`, which has no tensors, or `DiagonalNormal`. */
function baseOf(dict: StateDict, inBase: (values: ArrayLike<number>) => ArrayLike<number>): Pick<ReadModel, 'base'> {
  if (dict.has('_log_z')) dict.take('_log_z'); // a constant, which older versions saved
  if (!dict.has('mean_')) return {};
  const numbers = (name: string) => vectorOf(inBase(dict.take(name).values));
  const params = { mean: numbers('mean_'), logScale: numbers('log_std_') };
  return { base: { spec: diagonalNormal(), params } };
}

/** The state dict of an nflows `Flow`. */
export function readNflows(dict: StateDict, recipe: NflowsRecipe): ReadModel {
  if (!dict.has('_transform')) {
    const found = dict.children().slice(0, 5).join(', ');
    refuse('_transform', `the state dict of an nflows Flow begins with it; this one has ${found || 'no tensors'}`);
  }
  const transform = dict.at('_transform');
  const { transforms } = recipe;
  if (typeof transforms === 'number' && transforms !== 1 && !transform.has('_transforms')) {
    refuse(transform.path, `the recipe says ${transforms} transforms, and the file has one that is no list`);
  }
  if (recipe.inputShape) {
    const { inBase, ...read } = readImages(transform, recipe, recipe.inputShape);
    return { ...read, ...baseOf(dict.at('_distribution'), inBase) };
  }
  const { features, ...read } = readTransform(transform, recipe);
  return { ...read, eventShape: [features], ...baseOf(dict.at('_distribution'), (values) => values) };
}
