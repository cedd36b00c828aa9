import validate from 'validate-npm-package-name';
import { Refusal } from './refusal.ts';

/**
 * Requires a name that npm takes for a new package.
 *
 * @throws Refusal with npm's own reasons.
 */
export function requirePackageName(name: string): void {
  const { validForNewPackages, errors = [], warnings = [] } = validate(name);
  if (validForNewPackages) return;
  throw new Refusal(
    `npm does not take '${name}' as the name of a package: ${[...errors, ...warnings].join(', ')}. Say one like my-layer or @me/my-layer.`,
  );
}

/** `my-layer` of `@me/my-layer`: the folder that a package is made in unless told otherwise. */
export const folderOf = (name: string): string => name.slice(name.indexOf('/') + 1);
