import { readFile } from 'node:fs/promises';
import { DiffeoError } from '@diffeo/core';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not allowed',
};

/** The bytes of a file. Throws `FILE` when it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new DiffeoError('FILE', `${path} cannot be read: ${reasons[code] ?? message}.`, { cause });
  }
}
