import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { shortName } from '@diffeo/core/arguments';

/** A folder that all workers see, outside of which nothing is read or written. */
export interface Root {
  /** Its real path. */
  readonly path: string;
  /**
   * The path of a file or folder in it, by its path from there.
   *
   * @throws DiffeoError `FILE` for what lies outside, by `..`, by an absolute path, or by a link.
   */
  inside(path: string): string;
  /**
   * The path from there, of a file that was named from where the process stands.
   *
   * @throws DiffeoError `FILE` for what lies outside.
   */
  pathTo(path: string): string;
}

const isOutside = (way: string): boolean => way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);

/** The real path of what is there of a path, with the rest as it is. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = resolve(path, '..');
    return above === path ? path : join(realPathOf(above), relative(above, path));
  }
}

/**
 * Opens a root.
 *
 * @throws DiffeoError `FILE` where there is no such folder; `CONFIG` for an object store.
 */
export function openRoot(folder: string): Root {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(folder)) {
    throw new DiffeoError(
      'CONFIG',
      `${shortName(folder)}: object stores are not supported: mount it as a folder that all workers see, or copy`,
    );
  }
  let path: string;
  try {
    path = realpathSync(folder);
  } catch (cause) {
    throw new DiffeoError(
      'FILE',
      `the root ${shortName(folder)} is no folder that can be read: give one that all workers see, by root (--root of the command)`,
      { cause },
    );
  }
  const outside = (given: string): never => {
    throw new DiffeoError(
      'FILE',
      `${shortName(given)} lies outside of the root ${path}, where nothing is read or written: give a root that holds it, by root (--root of the command)`,
    );
  };
  const checked = (full: string, given: string): string =>
    isOutside(relative(path, realPathOf(full))) ? outside(given) : full;
  return {
    path,
    inside: (given) => {
      if (isAbsolute(given)) outside(given);
      return checked(resolve(path, given), given);
    },
    pathTo: (given) => {
      if (/^[a-z][a-z0-9+.-]+:\/\//i.test(given)) openRoot(given);
      return relative(path, checked(realPathOf(resolve(given)), given));
    },
  };
}
