import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import type { CsvOptions, Table } from './csv-options.ts';
import { parseCsv } from './parse-csv.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not allowed',
};

async function* fileBytes(path: string | URL, zipped: boolean): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  if (!zipped) {
    yield* file;
    return;
  }
  const gunzip = createGunzip();
  file.once('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip);
  } finally {
    file.destroy();
  }
}

/**
 * Reads a CSV file, unpacking it on the way if its name ends in `.gz`; Node only. Options and errors are those of
 * {@link parseCsv}, and messages name the file. Throws `FILE` when the file cannot be read or unpacked.
 */
export async function readCsvFile(path: string | URL, options: CsvOptions = {}): Promise<Table> {
  const name = typeof path === 'string' ? path : path.pathname;
  try {
    return await parseCsv(fileBytes(path, name.endsWith('.gz')), { source: basename(name), ...options });
  } catch (cause) {
    if (isDiffeoError(cause)) throw cause;
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new DiffeoError('FILE', `${name} cannot be read: ${reasons[code] ?? message}.`, { cause });
  }
}
