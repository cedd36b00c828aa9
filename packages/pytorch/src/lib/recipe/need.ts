import { DiffeoError } from '@diffeo/core';

/**
 * What a recipe says and the file does not hold.
 *
 * @param path of the part that needs it
 * @param advice what it is called there and what is usual, for the message
 * @throws DiffeoError `CONFIG` where the recipe does not say it.
 */
export function need<R, N extends keyof R & string>(
  recipe: R,
  name: N,
  path: string,
  advice: string,
): NonNullable<R[N]> {
  const value = recipe[name];
  if (value !== undefined && value !== null) return value;
  throw new DiffeoError('CONFIG', `the file does not say the ${name} of '${path}': put it into the recipe (${advice})`);
}
