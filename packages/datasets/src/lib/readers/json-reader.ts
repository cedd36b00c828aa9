import { DiffeoError } from '@diffeo/core';
import { oneLine } from '@diffeo/core/arguments';
import type { Cell } from '../csv/columns/cell.ts';
import { cellOf, type TypedRows, typedReader } from './collect-table.ts';
import { allBytes, type ByteSource, beginsWith } from './reader.ts';

type Json = Readonly<Record<string, unknown>> | readonly unknown[];

/** A line that is longer is none. */
const maxLine = 2 ** 26;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const refuse = (name: string, why: string, cause?: unknown): DiffeoError =>
  new DiffeoError(
    'FILE',
    oneLine(`${name} cannot be read as JSON: ${why}.`),
    cause === undefined ? undefined : { cause },
  );

async function* linesOf({ name, chunks }: ByteSource): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let kept = '';
  for await (const piece of chunks()) {
    const lines = (kept + decoder.decode(piece, { stream: true })).split('\n');
    kept = lines.pop() as string;
    if (kept.length > maxLine) throw refuse(name, `a line is longer than ${maxLine} characters`);
    yield* lines;
  }
  yield kept + decoder.decode();
}

/** The rows of JSON lines, each an object or a list. */
async function* recordLines(source: ByteSource): AsyncGenerator<Json> {
  let number = 0;
  for await (const line of linesOf(source)) {
    number++;
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw refuse(source.name, `line ${number} is no JSON (${(cause as Error).message})`, cause);
    }
    if (!isRecord(value)) throw refuse(source.name, `line ${number} is no row: an object or a list is one`);
    yield value;
  }
}

/** The rows of a whole document: a list of objects or lists, an object of lists, or one object with such a list in it. */
function recordsOf(document: unknown, name: string): Iterable<Json> {
  if (Array.isArray(document)) {
    if (document.every(isRecord)) return document;
    if (document.every((value) => !isRecord(value))) return document.map((value) => [value]);
    throw refuse(name, 'its list holds other things than objects');
  }
  const values = Object.values((document ?? {}) as object);
  const lists = values.filter((value) => Array.isArray(value)) as unknown[][];
  const length = lists[0]?.length ?? 0;
  if (
    values.length > 0 &&
    lists.length === values.length &&
    lists.every((list) => list.length === length && !list.some(isRecord))
  ) {
    const names = Object.keys(document as object);
    return Array.from({ length }, (_, i) => Object.fromEntries(names.map((key, k) => [key, lists[k]?.[i]])));
  }
  const [rows] = lists.filter((list) => list.length > 0 && list.every(isRecord));
  if (rows && lists.length === 1) return rows as Json[];
  throw refuse(name, 'it is no table: a list of objects, or lines of objects, is one');
}

/** The columns are those of the first rows; what comes later under other names is refused. */
async function tableOf(records: AsyncIterable<Json> | Iterable<Json>, source: ByteSource): Promise<TypedRows> {
  const places = new Map<string, number>();
  const first: Json[] = [];
  const iterator = (async function* () {
    yield* records;
  })();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    first.push(next.value);
    for (const key of Object.keys(next.value)) if (!places.has(key)) places.set(key, places.size);
    if (first.length >= 1000) break;
  }
  const isList = Array.isArray(first[0]);
  const names = [...places.keys()].map((key) => (isList ? '' : key));
  let row = 0;
  const cells = (record: Json): Cell[] => {
    row++;
    const all = new Array<Cell>(places.size).fill('');
    for (const [key, value] of Object.entries(record)) {
      const at = places.get(key);
      if (at === undefined)
        throw refuse(source.name, `row ${row} has '${key.slice(0, 40)}', which none of the first 1,000 has`);
      all[at] = cellOf(value);
    }
    return all;
  };
  async function* batches() {
    yield first.map(cells);
    let batch: Cell[][] = [];
    for await (const record of iterator) {
      batch.push(cells(record));
      if (batch.length < 1000) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  }
  return { names, batches: batches() };
}

/** JSON: lines of objects or lists as they come in, or one document with a list of rows. */
export const jsonReader = typedReader({
  name: 'json',
  format: 'JSON',
  recognise(head) {
    const text = new TextDecoder()
      .decode(head)
      .replace(/^\ufeff/, '')
      .trimStart();
    return /^(\{\s*("|\})|\[\s*([{["\d\-\]]|(true|false|null)\b))/.test(text) && !beginsWith(head, '[Content_Types]');
  },
  async open(source) {
    const iterator = source.chunks()[Symbol.asyncIterator]();
    const head: Uint8Array[] = [];
    let text = '';
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      head.push(next.value);
      text += new TextDecoder().decode(next.value);
      if (/\S[^\n]*\n\s*\S/.test(text) || text.length > 2 ** 20) break;
    }
    const whole: ByteSource = {
      name: source.name,
      async *chunks() {
        yield* head;
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
      },
    };
    const [line = '', ...rest] = text.trimStart().split('\n');
    if (rest.some((one) => one.trim() !== '') && isRecord(parsed(line)))
      return await tableOf(recordLines(whole), source);
    const bytes = await allBytes(whole);
    let document: unknown;
    try {
      document = JSON.parse(new TextDecoder().decode(bytes).replace(/^\ufeff/, ''));
    } catch (cause) {
      throw refuse(source.name, `it is cut or damaged (${(cause as Error).message.slice(0, 120)})`, cause);
    }
    return await tableOf(recordsOf(document, source.name), source);
  },
});

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
