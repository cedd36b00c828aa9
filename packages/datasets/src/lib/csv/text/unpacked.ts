import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isGzip } from './is-gzip.ts';

/** The bytes of a stream, unpacked on the way if they are packed by gzip, in one member or several. */
export async function* unpacked(stream: Readable): AsyncGenerator<Uint8Array> {
  const bytes = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const begin: Buffer[] = [];
  try {
    while (Buffer.concat(begin).length < 2) {
      const { done, value } = await bytes.next();
      if (done) break;
      begin.push(value);
    }
    const head = Buffer.concat(begin);
    if (!isGzip(head)) {
      yield head;
      for (let next = await bytes.next(); !next.done; next = await bytes.next()) yield next.value;
      return;
    }
    const gunzip = createGunzip();
    const feed = async (): Promise<void> => {
      for (let next: IteratorResult<Buffer> = { done: false, value: head }; !next.done; next = await bytes.next()) {
        if (!gunzip.write(next.value)) await once(gunzip, 'drain');
      }
      gunzip.end();
    };
    feed().catch((error) => gunzip.destroy(error as Error));
    yield* gunzip;
  } finally {
    stream.destroy();
  }
}
