import { DiffeoError } from '@diffeo/core';
import { refusal } from './problems/csv-refusal.ts';
import { type FoundEncoding, textReader } from './text/decode-text.ts';
import { isGzip } from './text/is-gzip.ts';

/** Text or bytes, in one piece or in any pieces: arrays, generators, Node streams, web streams. */
export type CsvSource =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | WebStream;

/** The part of a web `ReadableStream` that is used: not every browser can iterate over one. */
interface WebStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: string | Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
}

async function* piecesOf(source: CsvSource): AsyncGenerator<string | Uint8Array> {
  if (typeof source === 'string' || source instanceof Uint8Array) {
    yield source;
  } else if ('getReader' in source) {
    const reader = source.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) if (next.value) yield next.value;
    } finally {
      await reader.cancel();
    }
  } else {
    yield* source;
  }
}

/** No piece of text is longer: between two of them others have their turn. */
const maxLength = 2 ** 18;

/** Lets timers, streams and signals have their turn. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/**
 * The source as text in short pieces. No character of two UTF-16 halves is cut between two of them. `onFound` is told of
 * an encoding that is not UTF-8. Throws `CANCELLED`, and `CSV_ENCODING` for what gzip packed.
 */
export async function* csvText(
  source: CsvSource,
  { name, onFound, signal }: { name: string; onFound(encoding: FoundEncoding): void; signal?: AbortSignal | undefined },
): AsyncGenerator<string> {
  const reader = textReader(onFound);
  let kept = '';
  let sinceTurn = 0;
  async function* cut(text: string): AsyncGenerator<string> {
    let whole = kept + text;
    while (whole.length > 0) {
      const end = Math.min(whole.length, maxLength);
      const last = whole.charCodeAt(end - 1);
      const at = last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
      if (at === 0) break;
      sinceTurn += at;
      if (sinceTurn > 4 * maxLength) {
        sinceTurn = 0;
        await turn();
      }
      if (signal?.aborted) throw new DiffeoError('CANCELLED', `cancelled while ${name} was read`);
      yield whole.slice(0, at);
      whole = whole.slice(at);
    }
    kept = whole;
  }
  let isFirst = true;
  for await (const piece of piecesOf(source)) {
    if (isFirst && typeof piece !== 'string' && isGzip(piece)) {
      throw refusal('CSV_ENCODING', { problem: `${name} is packed by gzip. Unpack it first.`, advice: [] });
    }
    isFirst = false;
    yield* cut(typeof piece === 'string' ? piece : reader.decode(piece));
  }
  yield* cut(reader.end());
  if (kept) yield kept;
}
