import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import type { CsvOptions, ReadTable } from '../csv/csv-options.ts';
import { isGzip } from '../csv/text/is-gzip.ts';
import { unpacked } from '../csv/text/unpacked.ts';
import { streamFault } from '../files/stream-fault.ts';
import { readTable, readTables } from './read-table.ts';
import type { ByteSource } from './reader.ts';

/** The bytes of a file that is no pipe and not packed, in any order. */
export async function fileParts(path: string | URL): Promise<ByteSource['parts']> {
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
          // A read may give less than was asked for, and more the next time.
          let at = 0;
          while (at < bytes.length) {
            const { bytesRead } = await part.read(bytes, at, bytes.length - at, begin + at);
            if (bytesRead === 0) break;
            at += bytesRead;
          }
          return bytes.subarray(0, at);
        } finally {
          await part.close();
        }
      },
    };
  } finally {
    await file.close();
  }
}

/** The bytes of a stream, unpacked. `place` is what is said of one that breaks: where a name is short, a path says which file. */
async function* bytesOf(stream: Readable, place: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    if (signal) addAbortSignal(signal, stream);
    yield* unpacked(stream);
  } catch (cause) {
    if (isDiffeoError(cause)) throw cause;
    if (signal?.aborted) throw new DiffeoError('CANCELLED', `cancelled while ${place} was read`, { cause });
    throw new DiffeoError('FILE', `${place} cannot be read: ${streamFault(cause)}.`, { cause });
  } finally {
    stream.destroy();
  }
}

/** A file as a source, under a name. */
async function fileSource(path: string | URL, name: string, place: string, signal?: AbortSignal): Promise<ByteSource> {
  const parts = await fileParts(path);
  return { name, ...(parts && { parts }), chunks: () => bytesOf(createReadStream(path), place, signal) };
}

const nameOf = (path: string | URL): string => basename(typeof path === 'string' ? path : path.pathname);

/**
 * Reads a table from a file of any format that {@link readTable} knows, packed by gzip or not; Node only. Parquet is read a
 * group of rows at a time. Messages name the file. Throws `FILE` when it cannot be read or unpacked.
 */
export async function readTableFile(path: string | URL, options: CsvOptions = {}): Promise<ReadTable> {
  const name = options.source ?? nameOf(path);
  return await readTable(await fileSource(path, name, options.source ?? `${path}`, options.signal), options);
}

/**
 * Reads a table whose rows lie in several files of one format, one after the other, as {@link readTables} reads them; Node only.
 * `source` is what messages call all of them.
 */
export async function readTableFiles(paths: readonly string[], options: CsvOptions = {}): Promise<ReadTable> {
  const sources: ByteSource[] = [];
  for (const path of paths) sources.push(await fileSource(path, path, path, options.signal));
  try {
    return await readTables(sources, options);
  } catch (error) {
    if (!isDiffeoError(error) || paths.length < 2) throw error;
    // What is wrong with one of them is said with its own name and lines.
    for (const path of paths) {
      const own = await readTableFile(path, { ...options, source: path }).catch((reason: unknown) => reason);
      if (isDiffeoError(own) && own.code === error.code) throw own;
    }
    throw error;
  }
}

/** Reads a table from a stream, such as standard input, as {@link readTableFile} reads a file; Node only. */
export function readTableStream(stream: AsyncIterable<Uint8Array>, options: CsvOptions = {}): Promise<ReadTable> {
  const name = options.source ?? 'the stream';
  const readable = stream instanceof Readable ? stream : Readable.from(stream);
  return readTable({ name, chunks: () => bytesOf(readable, name, options.signal) }, options);
}
