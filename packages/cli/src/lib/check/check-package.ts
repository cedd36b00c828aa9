import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DiffeoError } from '@diffeo/core';
import { resolve } from 'import-meta-resolve';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * What a package exports, resolved as an `import` in a module of that folder would be: an installed package, the folder's
 * own package by its name, or a path that begins with `./`.
 *
 * @throws DiffeoError `PACKAGE` when it is not there or does not load.
 */
export async function importPackage(specifier: string, folder: string): Promise<Readonly<Record<string, unknown>>> {
  let url: string;
  try {
    url = resolve(specifier, pathToFileURL(`${folder}/`).href);
  } catch (cause) {
    throw new DiffeoError(
      'PACKAGE',
      `'${specifier}' cannot be imported from ${folder} (${messageOf(cause)}). Install it there with npm install, or give the path of a module as ./src/index.js.`,
      { cause },
    );
  }
  if (url.startsWith('file:') && !(statSync(new URL(url), { throwIfNoEntry: false })?.isFile() ?? true)) {
    throw new DiffeoError('PACKAGE', `'${specifier}' is not a file. Give the path of a module as ./src/index.js.`);
  }
  try {
    return (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new DiffeoError('PACKAGE', `'${specifier}' is there and does not load: ${messageOf(cause)}`, { cause });
  }
}
