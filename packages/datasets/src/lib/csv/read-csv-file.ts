import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { streamFault } from '../files/stream-fault.ts';
import type { CsvOptions, ReadTable } from './csv-options.ts';
import { parseCsv } from './parse-csv.ts';
import { unpacked } from './text/unpacked.ts';

async function read(stream: Readable, name: string, options: CsvOptions): Promise<ReadTable> {
  const { signal } = options;
  try {
    if (signal) addAbortSignal(signal, stream);
    return await parseCsv(unpacked(stream), { source: name, ...options });
  } catch (cause) {
    if (isDiffeoError(cause)) throw cause;
    if (signal?.aborted) throw new DiffeoError('CANCELLED', `cancelled while ${name} was read`, { cause });
    throw new DiffeoError('FILE', `${name} cannot be read: ${streamFault(cause)}.`, { cause });
  }
}

/**
 * Reads CSV from a stream, such as standard input, packed by gzip or not; Node only. Options and errors are those of
 * {@link parseCsv}. Throws `FILE` when the stream fails or cannot be unpacked. The stream is destroyed in any case.
 */
export const readCsvStream = (stream: AsyncIterable<Uint8Array>, options: CsvOptions = {}): Promise<ReadTable> =>
  read(stream instanceof Readable ? stream : Readable.from(stream), options.source ?? 'the stream', options);

/**
 * Reads a CSV file, packed by gzip or not; Node only. Options and errors are those of {@link parseCsv}, and messages name
 * the file. Throws `FILE` when the file cannot be read or unpacked.
 */
export async function readCsvFile(path: string | URL, options: CsvOptions = {}): Promise<ReadTable> {
  const name = typeof path === 'string' ? path : path.pathname;
  return await read(createReadStream(path), name, { source: basename(name), ...options });
}
