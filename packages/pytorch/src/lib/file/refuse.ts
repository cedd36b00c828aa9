import { DiffeoError } from '@diffeo/core';

/** Throws `IMPORT`: the named part of a state dict has no equivalent here, and why. */
export function refuse(path: string, message: string): never {
  throw new DiffeoError('IMPORT', `'${path}': ${message}`);
}
