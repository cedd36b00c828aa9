import { statSync } from 'node:fs';
import { fileError } from './file-error.ts';

/** Nothing is there, or nothing can be: a part of the path is a file. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** What is at a path, links being followed: a file, a folder, a pipe or a device, or nothing (`null`). Throws `FILE`. */
export function fileKind(path: string): 'file' | 'folder' | 'other' | null {
  try {
    const found = statSync(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (absent.has(code)) return null;
    throw fileError(`${path} cannot be used`, cause);
  }
}
