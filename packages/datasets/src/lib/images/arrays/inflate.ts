import { isDiffeoError } from '@diffeo/core';
import { damaged } from './number-array.ts';

/** A format's header is looked at when this many bytes are unpacked, or all. */
const HEAD = 1024;

/** A byte of a deflate stream stands for 1,032 bytes at most. */
const MAX_RATIO = 1032;

/** The bytes as a stream would not do: it has to be stopped when it gives more than was said. */
async function* unpacked(bytes: Uint8Array, format: CompressionFormat): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream(format);
  const writer = writable.getWriter();
  // What fails here fails for the reader too, who reports it.
  const ignore = (): void => undefined;
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(ignore);
  writer.close().catch(ignore);
  const reader = readable.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(ignore);
  }
}

/** Unpacks the first bytes, until there are `HEAD` of them or all. */
async function takeHead(chunks: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  const taken: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD) {
    const { done, value } = await chunks.next();
    if (done) break;
    taken.push(value);
    size += value.length;
  }
  const head = new Uint8Array(size);
  let at = 0;
  for (const each of taken) {
    head.set(each, at);
    at += each.length;
  }
  return head;
}

/**
 * Unpacks bytes by the platform's `DecompressionStream`, in memory that never exceeds what was said beforehand:
 * `sizeOf` is given the first 1,024 bytes (or all there are) and says how many there must be. Throws `FILE` when the
 * stream is damaged, cut or followed by other bytes, or holds more or fewer bytes than that; and what `sizeOf` throws.
 */
export async function inflate(
  bytes: Uint8Array,
  format: 'gzip' | 'deflate-raw',
  sizeOf: (head: Uint8Array) => number,
  source: string,
): Promise<Uint8Array> {
  const chunks = unpacked(bytes, format);
  try {
    const head = await takeHead(chunks);
    const size = sizeOf(head);
    if (head.length > size || size > bytes.length * MAX_RATIO) {
      const found =
        head.length > size ? 'it unpacks to more' : `its ${bytes.length} packed bytes cannot hold that many`;
      throw damaged(source, `should unpack to ${size} bytes, but ${found}.`);
    }
    const all = new Uint8Array(size);
    all.set(head);
    let at = head.length;
    for await (const chunk of chunks) {
      if (at + chunk.length > size) throw damaged(source, `should unpack to ${size} bytes, but it unpacks to more.`);
      all.set(chunk, at);
      at += chunk.length;
    }
    if (at < size) throw damaged(source, `should unpack to ${size} bytes, but it unpacks to ${at}: it is cut.`);
    return all;
  } catch (cause) {
    if (isDiffeoError(cause)) throw cause;
    throw damaged(
      source,
      `cannot be unpacked: it is cut, damaged or followed by other bytes (${(cause as Error).message || (cause as NodeJS.ErrnoException).code}). Fetch it again.`,
      cause,
    );
  } finally {
    await chunks.return(undefined);
  }
}
