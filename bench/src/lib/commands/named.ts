import { DiffeoError } from '@diffeo/core';

/** One of some names, or several with commas between them. */
export function named<Name extends string>(text: string, option: string, names: readonly Name[]): readonly Name[] {
  const given = text.split(',');
  const wrong = given.find((name) => !(names as readonly string[]).includes(name));
  if (wrong === undefined) return names.filter((name) => given.includes(name));
  throw new DiffeoError('USAGE', `${option} takes ${names.join(', ')}; got '${wrong}'`);
}
