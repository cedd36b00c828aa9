import { DiffeoError } from '@diffeo/core';
import { shortName } from '@diffeo/core/arguments';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import type { NflowsRecipe } from './nflows-recipe.ts';

/** Where a flow has its transform. */
const whole = '_transform';

/**
 * How many transforms a `CompositeTransform` or `MultiscaleCompositeTransform` lists, which the recipe says: the last ones may have no tensors, and then
 * the file has no trace of them.
 *
 * @param dict the part that has `_transforms`
 * @throws DiffeoError `CONFIG` where the recipe does not say it, `IMPORT` where the file has tensors of more.
 */
export function listLength(dict: StateDict, { transforms }: Pick<NflowsRecipe, 'transforms'>): number {
  const { path } = dict;
  const length = typeof transforms === 'number' ? (path === whole ? transforms : undefined) : transforms[path];
  if (length === undefined) {
    throw new DiffeoError(
      'CONFIG',
      `the file does not say how many transforms '${shortName(path)}' lists: say it in the recipe, transforms: { '${shortName(path)}': … } with each list by its name. In Python they are {name: len(m._transforms) for name, m in flow.named_modules() if hasattr(m, '_transforms')}`,
    );
  }
  const beyond = dict
    .at('_transforms')
    .children()
    .find((name) => Number(name) >= length);
  if (beyond !== undefined)
    refuse(`${path}._transforms.${beyond}`, `the recipe says ${length} transforms for this list`);
  return length;
}
