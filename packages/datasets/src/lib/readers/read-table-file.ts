import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import type { CsvOptions, ReadTable } from '../csv/csv-options.ts';
import { isGzip } from '../csv/text/is-gzip.ts';
import { unpacked } from '../csv/text/unpacked.ts';
import { streamFault } from '../files/stream-fault.ts';
import { readTable } from './read-table.ts';
import type { ByteSource } from './reader.ts';

/** The bytes of a file that is no pipe, in any order. */
async function partsOf(path: string | URL): Promise<ByteSource['parts']> {
  // A pipe that is opened and closed again has lost its writer.
  const found = await stat(path).catch(() => null);
  const file = found?.isFile() ? await open(path, 'r').catch(() => null) : null;
  if (!found || !file) return undefined;
  try {
    const { buffer: head, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (isGzip(head.subarray(0, bytesRead))) return undefined;
    return {
      size: found.size,
      async slice(begin, end) {
        const part = await open(path, 'r');
        try {
          const bytes = Buffer.alloc(Math.max(0, end - begin));
          const read = await part.read(bytes, 0, bytes.length, begin);
          return bytes.subarray(0, read.bytesRead);
        } finally {
          await part.close();
        }
      },
    };
  } finally {
    await file.close();
  }
}

/** `place` is what is said of a stream that breaks: where a name is short, a path says which file. */
async function read(
  stream: Readable,
  source: Omit<ByteSource, 'chunks'>,
  options: CsvOptions,
  place = source.name,
): Promise<ReadTable> {
  const { signal } = options;
  try {
    if (signal) addAbortSignal(signal, stream);
    return await readTable({ ...source, chunks: () => unpacked(stream) }, options);
  } catch (cause) {
    if (isDiffeoError(cause)) throw cause;
    if (signal?.aborted) throw new DiffeoError('CANCELLED', `cancelled while ${place} was read`, { cause });
    throw new DiffeoError('FILE', `${place} cannot be read: ${streamFault(cause)}.`, { cause });
  } finally {
    stream.destroy();
  }
}

/**
 * Reads a table from a file of any format that {@link readTable} knows, packed by gzip or not; Node only. Parquet is read a
 * group of rows at a time. Messages name the file. Throws `FILE` when it cannot be read or unpacked.
 */
export async function readTableFile(path: string | URL, options: CsvOptions = {}): Promise<ReadTable> {
  const name = options.source ?? basename(typeof path === 'string' ? path : path.pathname);
  const parts = await partsOf(path);
  return await read(createReadStream(path), { name, ...(parts && { parts }) }, options, options.source ?? `${path}`);
}

/** Reads a table from a stream, such as standard input, as {@link readTableFile} reads a file; Node only. */
export const readTableStream = (stream: AsyncIterable<Uint8Array>, options: CsvOptions = {}): Promise<ReadTable> =>
  read(stream instanceof Readable ? stream : Readable.from(stream), { name: options.source ?? 'the stream' }, options);
