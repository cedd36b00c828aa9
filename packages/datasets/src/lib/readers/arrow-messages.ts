import { DiffeoError } from '@diffeo/core';

/** A table of FlatBuffers: where one of its fields lies; `null` where it is absent. */
type Fields = (field: number) => number | null;

const schemaType = 1;
const dictionaryType = 2;
const recordType = 3;

/** A schema with fields in fields any deeper is none. */
const maxDepth = 64;

const lie = (what: string): never => {
  throw new DiffeoError('FILE', what);
};

/** What a table at a place has. What lies past the end throws a RangeError, as all reads do. */
function fieldsAt(view: DataView, at: number): Fields {
  const begin = at + view.getInt32(at, true);
  const layout = begin - view.getInt32(begin, true);
  const size = view.getInt16(layout, true);
  return (field) => {
    const offset = field < size ? view.getInt16(layout + field, true) : 0;
    return offset === 0 ? null : begin + offset;
  };
}

/** The places of the entries of a list, each of so many bytes. Refuses lists that are longer than what holds them: flechette makes as many entries as they say. */
function entriesAt(view: DataView, at: number | null, stride: number): number[] {
  if (at === null) return [];
  const begin = at + view.getInt32(at, true);
  const count = view.getInt32(begin, true);
  if (count < 0 || begin < 0 || begin + 4 + count * stride > view.byteLength) {
    lie(`a list of ${count} entries in ${view.byteLength} bytes`);
  }
  return Array.from({ length: count }, (_, i) => begin + 4 + i * stride);
}

function requireFields(view: DataView, at: number | null, depth = 0): void {
  if (depth > maxDepth) lie(`fields in fields, more than ${maxDepth} deep`);
  for (const place of entriesAt(view, at, 4)) {
    const fields = fieldsAt(view, place);
    entriesAt(view, fields(16), 4);
    requireFields(view, fields(14), depth + 1);
  }
}

function requireSchema(view: DataView, at: number): void {
  const schema = fieldsAt(view, at);
  entriesAt(view, schema(8), 4);
  requireFields(view, schema(6));
}

function requireRecords(view: DataView, at: number): void {
  const batch = fieldsAt(view, at);
  for (const [field, stride] of [
    [6, 16],
    [8, 16],
    [12, 8],
  ] as const)
    entriesAt(view, batch(field), stride);
}

/** Checks the message at a place; gives where the next begins, `null` where there is none. */
function nextMessage(bytes: Uint8Array, from: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (from < 0 || from + 8 > bytes.length) return null;
  let at = from;
  let length = view.getInt32(at, true);
  at += 4;
  if (length === -1) {
    length = view.getInt32(at, true);
    at += 4;
  }
  if (length === 0) return null;
  if (length < 0 || at + length > bytes.length) lie(`a message of ${length} bytes in ${bytes.length}`);
  const head = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  const message = fieldsAt(head, 0);
  const [type, content, body] = [message(6), message(8), message(10)];
  const kind = type === null ? 0 : head.getUint8(type);
  if (content !== null && kind === schemaType) requireSchema(head, content);
  if (content !== null && kind === recordType) requireRecords(head, content);
  if (content !== null && kind === dictionaryType) {
    const data = fieldsAt(head, content)(6);
    if (data !== null) requireRecords(head, data);
  }
  const more = body === null ? 0 : Number(head.getBigInt64(body, true));
  if (!(more >= 0 && more <= bytes.length)) lie(`a message with ${more} bytes in ${bytes.length}`);
  return at + length + more;
}

/**
 * Refuses Arrow whose lists claim more entries than there are bytes, before flechette makes room for them: a bit that has changed asks for gigabytes
 * otherwise. The layout is that of Arrow's `Message.fbs` and `File.fbs`.
 *
 * @throws DiffeoError `FILE`; RangeError where it ends early
 */
export function requireHonestMessages(bytes: Uint8Array, isFile: boolean): void {
  if (!isFile) {
    for (let at: number | null = 0; at !== null; ) at = nextMessage(bytes, at);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 10;
  const footer = fieldsAt(view, end - view.getInt32(end, true));
  const schema = footer(6);
  if (schema !== null) requireSchema(view, schema);
  entriesAt(view, footer(12), 4);
  for (const field of [8, 10]) {
    for (const place of entriesAt(view, footer(field), 24)) nextMessage(bytes, Number(view.getBigInt64(place, true)));
  }
}

/** What flechette gives of a column, a batch at a time. */
interface Batch {
  readonly length: number;
  readonly values?: unknown;
  readonly offsets?: unknown;
  readonly children?: readonly unknown[];
}

const lengthOf = (list: unknown): number => (ArrayBuffer.isView(list) && 'length' in list ? Number(list.length) : 0);

/** A column without values may have so many rows. */
const maxEmptyRows = 2 ** 24;

function mostRows({ values, offsets, children = [] }: Batch): number {
  if (children.length > 0) return Number.POSITIVE_INFINITY;
  if (offsets !== undefined) return lengthOf(offsets) - 1;
  return values === undefined ? maxEmptyRows : 8 * lengthOf(values);
}

/** Refuses batches of more rows than their numbers, ends of texts or bits are enough for. */
export function requireRows(batches: readonly Batch[]): void {
  for (const batch of batches) {
    const { length } = batch;
    if (length > 0 && length > mostRows(batch)) lie(`${length} rows in a batch that holds fewer`);
  }
}
