import type { NflowsRecipe } from '../nflows/nflows-recipe.ts';
import type { Told } from './told.ts';

/** The recipe of a list of transforms: what all that say it agree in for all of them, and the rest for each by its place. */
export function recipeFor(told: readonly Told[]): NflowsRecipe {
  const shared: Record<string, unknown> = {};
  const at: Record<string, Record<string, unknown>> = {};
  for (const name of told.flatMap((one) => Object.keys(one)) as (keyof Told)[]) {
    const values = told.map((one) => one[name]);
    const said = values.filter((value) => value !== undefined);
    const [first] = said;
    if (said.every((value) => JSON.stringify(value) === JSON.stringify(first))) shared[name] = first;
    else for (const [i, value] of values.entries()) if (value !== undefined) at[i] = { ...at[i], [name]: value };
  }
  return { library: 'nflows', transforms: told.length, ...shared, ...(Object.keys(at).length > 0 && { at }) };
}
