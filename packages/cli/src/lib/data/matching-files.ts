import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { shortName } from '@diffeo/core/arguments';
import { fileError } from '../files/file-error.ts';
import { fileKind } from '../files/file-kind.ts';

const wildcard = /[*?[]/;

/** Whether a name stands for several files: it has `*`, `?` or `[…]`, and no file is called so. */
export const isPattern = (name: string): boolean => wildcard.test(name) && fileKind(name) === null;

/** The names that a part of a path stands for. Hidden files are to be asked for by their dot. */
function expression(part: string): RegExp {
  const text = part.replace(/\[([!^]?)([^\]]+)\]|[*?]|[.+^${}()|\\[\]]/g, (found, not?: string, set?: string) => {
    if (found === '*') return '.*';
    if (found === '?') return '.';
    return set === undefined ? `\\${found}` : `[${not ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`;
  });
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${text}$`, 'su');
}

interface Entry {
  readonly name: string;
  isDirectory(): boolean;
}

function entriesOf(folder: string): readonly Entry[] {
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true });
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw fileError(`${folder} cannot be read`, cause);
  }
}

/** What lies in a folder at some parts of a path. `**` stands for any number of folders; links to folders are not followed there. */
function* pathsIn(folder: string, [part, ...rest]: readonly string[]): Generator<string> {
  if (part === undefined) {
    yield folder;
    return;
  }
  if (part === '**') {
    yield* pathsIn(folder, rest);
    for (const entry of entriesOf(folder)) {
      if (entry.isDirectory() && !entry.name.startsWith('.')) yield* pathsIn(join(folder, entry.name), ['**', ...rest]);
    }
    return;
  }
  if (!wildcard.test(part)) {
    yield* pathsIn(folder === '' && part === '' ? '/' : join(folder, part), rest);
    return;
  }
  const matches = expression(part);
  for (const { name } of entriesOf(folder)) if (matches.test(name)) yield* pathsIn(join(folder, name), rest);
}

/**
 * The files that a pattern such as `rows/*.csv` stands for, in the order of their names. Throws `DATA` where there is none.
 */
export function matchingFiles(pattern: string): readonly string[] {
  const found = [...new Set(pathsIn('', pattern.split('/')))].filter((path) => fileKind(path) === 'file').sort();
  if (found.length > 0) return found;
  throw new DiffeoError('DATA', `no file is called '${shortName(pattern)}'`);
}
