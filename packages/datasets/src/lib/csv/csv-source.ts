import { DiffeoError } from '@diffeo/core';

/** Text or UTF-8 bytes, in one piece or in any pieces: arrays, generators, Node streams, web streams. */
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

async function* pieces(source: CsvSource): AsyncGenerator<string | Uint8Array> {
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

/** The source as text. No character of two UTF-16 halves is cut between two pieces. */
export async function* csvText(source: CsvSource): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let kept = '';
  for await (const piece of pieces(source)) {
    const text = kept + (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }));
    const last = text.charCodeAt(text.length - 1);
    const cut = last >= 0xd800 && last < 0xdc00 ? text.length - 1 : text.length;
    kept = text.slice(cut);
    if (cut > 0) yield text.slice(0, cut);
  }
  const end = kept + decoder.decode();
  if (end) yield end;
}

/** At least the first `size` characters, or all there are; the generator goes on after them. */
export async function peek(text: AsyncGenerator<string>, size: number): Promise<string> {
  let head = '';
  while (head.length < size) {
    const { done, value } = await text.next();
    if (done) break;
    head += value;
  }
  return head;
}

/** Takes off a byte order mark. Throws `CSV_ENCODING` when what was decoded as UTF-8 was something else. */
export function withoutMark(head: string, source: string): string {
  const refuse = (found: string, advice: string): never => {
    throw new DiffeoError('CSV_ENCODING', `${source} is ${found}, not UTF-8 text: ${advice}.`);
  };
  if (head.startsWith('\x1f\ufffd')) return refuse('compressed with gzip', 'unpack it first, or name the file .csv.gz');
  if (head.startsWith('PK\x03\x04')) return refuse('a ZIP archive or a spreadsheet', 'export it as CSV');
  if (head.slice(0, 2 ** 16).includes('\0')) return refuse('binary or UTF-16', 'save it as UTF-8');
  return head.startsWith('\ufeff') ? head.slice(1) : head;
}
