import { DiffeoError } from '@diffeo/core';
import { type FileChunksOptions, fileChunks } from './file-chunks.ts';
import { nameInMessage } from './name-in-message.ts';

/** How a whole file is read. */
export interface ReadBytesOptions extends FileChunksOptions {
  /** More bytes are refused. Default 1 GiB and 1 MiB: what formats hold at most, and their headers. */
  readonly maxBytes?: number;
  /** Sees the first 4,096 bytes, or all there are, before more is read; what it throws ends reading. */
  readonly check?: (head: Uint8Array) => void;
}

const headSize = 4096;

const defaultMaxBytes = 2 ** 30 + 2 ** 20;

const joined = (chunks: readonly Uint8Array[], size: number): Uint8Array => {
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
};

/**
 * The bytes of a stream, such as standard input, that ends before it gives more than `maxBytes`.
 *
 * @throws DiffeoError `FILE` when it does not; and what the stream and `check` throw.
 */
export async function readStreamBytes(
  stream: AsyncIterable<Uint8Array>,
  { check, name = 'the stream', maxBytes = defaultMaxBytes }: Omit<ReadBytesOptions, 'patience' | 'signal'> = {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let checked = check === undefined;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) {
      throw new DiffeoError(
        'FILE',
        `${name} cannot be read: it has more bytes than the ${maxBytes} that are read at most`,
      );
    }
    if (checked || size < headSize) continue;
    check?.(joined(chunks, size).subarray(0, headSize));
    checked = true;
  }
  try {
    const all = joined(chunks, size);
    if (!checked) check?.(all);
    return all;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DiffeoError('MEMORY', `${name} has ${size} bytes, and memory has no room for them.`, { cause });
  }
}

/**
 * The bytes of a file or pipe, of which none is endless: devices and what is larger than `maxBytes` are refused. Node only.
 *
 * @throws DiffeoError `FILE` when it cannot be read; `CANCELLED` by the signal; and what `check` throws.
 */
export async function readBytes(path: string | URL, options: ReadBytesOptions = {}): Promise<Uint8Array> {
  const { maxBytes = defaultMaxBytes, name = nameInMessage(String(path)) } = options;
  return await readStreamBytes(fileChunks(path, { ...options, maxBytes, name }), { ...options, maxBytes, name });
}
