import { DiffeoError } from '@diffeo/core';

/** The entries of a comma-separated list, or `undefined` when the option was not given. Throws `USAGE` for an empty entry. */
export function listOption(name: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.every((entry) => entry !== '')) return entries;
  throw new DiffeoError('USAGE', `${name} is a list such as a,b,c without empty entries; got '${text}'`);
}
