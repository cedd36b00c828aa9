import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileError } from './file-error.ts';
import { fileKind } from './file-kind.ts';

function make(path: string): string[] {
  if (fileKind(path) === 'folder') return [];
  const made = dirname(path) === path ? [] : make(dirname(path));
  mkdirSync(path);
  return [...made, path];
}

/**
 * Makes a folder and those above it; returns those that were not there, the outermost first. Not mkdir's own `recursive`,
 * which never returns where the system says of a new folder that there is no such one, as under /proc. Throws `FILE`.
 */
export function makeFolder(path: string): readonly string[] {
  try {
    return make(path);
  } catch (cause) {
    throw fileError(`the folder ${path} cannot be made`, cause, 'WRITE');
  }
}

/** Takes folders away again that {@link makeFolder} made, as far as they are empty. */
export function removeMade(made: readonly string[]): void {
  try {
    for (const folder of made.toReversed()) rmdirSync(folder);
  } catch {
    // It is not empty: something was saved.
  }
}
