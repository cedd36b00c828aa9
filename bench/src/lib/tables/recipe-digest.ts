import { createHash } from 'node:crypto';
import { bundledCode } from '../bundled-code.ts';

/** Whether a module has no say in a recipe: backends, training and the contract are held to the same numbers by tests of their own. */
const isElsewhere = (name: string): boolean => /^[@\w]/.test(name) && !/^@diffeo\/(tables|networks|layers-)/.test(name);

let found: Promise<string> | undefined;

/** Names what `tableFlow` does: a digest of all code of `@diffeo/tables`, layers and networks that it reaches, minified, so that comments and types do not matter. */
export function recipeDigest(): Promise<string> {
  found ??= bundledCode("export { tableFlow } from '@diffeo/tables';", isElsewhere).then((code) =>
    createHash('sha256').update(code).digest('hex').slice(0, 16),
  );
  return found;
}
