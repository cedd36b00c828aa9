import * as fs from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { readingFault } from './file-error.ts';
import { nameInMessage } from './name-in-message.ts';

/** How much of a file is read, and how long it may take. */
export interface FileChunksOptions {
  /** More bytes are refused: of a file by its size, of a pipe when they have come. Default: any number of a file. */
  readonly maxBytes?: number;
  /** What messages call the file. Default: its path. */
  readonly name?: string;
  /** After how many milliseconds without a byte a pipe is given up. Default 10,000. */
  readonly patience?: number;
  /** Ends reading. */
  readonly signal?: AbortSignal | undefined;
}

const chunkSize = 2 ** 18;

/** Without a writer, opening a pipe would wait for ever. Windows has no such flag, and no such pipes. */
const withoutWaiting = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

// By descriptor, not by `FileHandle`: a socket takes over that of a pipe, and closes it.
const [open, stat, read, close] = [promisify(fs.open), promisify(fs.fstat), promisify(fs.read), promisify(fs.close)];

async function* fromFile(file: number): AsyncGenerator<Uint8Array> {
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkSize);
    const { bytesRead } = await read(file, chunk, 0, chunkSize, null);
    if (bytesRead === 0) return;
    yield chunk.subarray(0, bytesRead);
  }
}

async function* fromPipe(file: number, patience: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const pipe = new Socket({ fd: file, readable: true, writable: false, ...(signal && { signal }) });
  const silent = (): void => {
    pipe.destroy(new Error(`it is a pipe that gave nothing for ${patience / 1000} seconds`));
  };
  pipe.setTimeout(patience, silent);
  try {
    for await (const chunk of pipe) yield chunk as Uint8Array;
  } finally {
    pipe.destroy();
  }
}

/**
 * The bytes of a file or pipe, some at a time. Nothing endless is read: devices are refused, a pipe that falls silent is given
 * up, and what is larger than `maxBytes` is refused, a file before it is read. Node only.
 *
 * @throws DiffeoError `FILE`; `CANCELLED` by the signal.
 */
export async function* fileChunks(
  path: string | URL,
  { maxBytes = Infinity, name = nameInMessage(String(path)), patience = 10_000, signal }: FileChunksOptions = {},
): AsyncGenerator<Uint8Array> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new DiffeoError('FILE', `${name} cannot be read: ${why}`, cause === undefined ? undefined : { cause });
  };
  const tooLarge = (size: string): never => refuse(`it has ${size} bytes, and at most ${maxBytes} are read`);
  let file: number | undefined;
  let isPipe = false;
  try {
    file = await open(path, withoutWaiting);
    const stats = await stat(file);
    isPipe = stats.isFIFO();
    if (stats.isDirectory()) refuse('it is a folder');
    if (!stats.isFile() && !isPipe) refuse('it is a device or a socket, not a file');
    if (stats.size > maxBytes) tooLarge(String(stats.size));
    let size = 0;
    for await (const chunk of isPipe ? fromPipe(file, patience, signal) : fromFile(file)) {
      if (signal?.aborted) throw new DiffeoError('CANCELLED', `reading ${name} was cancelled`);
      size += chunk.length;
      if (size > maxBytes) tooLarge('more');
      yield chunk;
    }
  } catch (cause) {
    if (isDiffeoError(cause)) throw cause;
    if (signal?.aborted) throw new DiffeoError('CANCELLED', `reading ${name} was cancelled`, { cause });
    refuse(readingFault(cause), cause);
  } finally {
    if (file !== undefined && !isPipe) await close(file);
  }
}
