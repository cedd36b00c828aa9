import { arrowTypes as types } from './arrow-types.ts';
import { entriesAt, fieldsAt, lie, wholeAt } from './flat-buffers.ts';

const offsets: readonly number[] = [types.binary, types.utf8];
const wideOffsets: readonly number[] = [types.largeBinary, types.largeUtf8];
const views: readonly number[] = [types.binaryView, types.utf8View];
const nested: readonly number[] = [
  ...[types.list, types.struct, types.union, types.fixedSizeList, types.map],
  ...[types.largeList, types.runEndEncoded, types.listView, types.largeListView],
];

/** A dictionary of nulls has no bytes, and may have so many. */
const maxNulls = 2 ** 16;

/** How many values of a type its buffer is enough for: that of its ends for texts. */
function mostValues(type: number, bytes: number): number {
  if (type === types.null) return maxNulls;
  if (offsets.includes(type)) return bytes / 4 - 1;
  if (wideOffsets.includes(type)) return bytes / 8 - 1;
  if (views.includes(type)) return bytes / 16;
  return type === types.bool ? 8 * bytes : bytes;
}

/** How long a buffer is when it is unpacked, as it says; what unpacks it holds it to that. */
function unpackedBytes(body: DataView, offset: number, length: number, isPacked: boolean): number {
  if (!(offset >= 0 && length >= 0 && offset + length <= body.byteLength)) {
    lie(`a buffer of ${length} bytes in ${body.byteLength}`);
  }
  if (!isPacked || length === 0) return length;
  const unpacked = wholeAt(body, offset);
  return unpacked === -1 ? length - 8 : unpacked;
}

/** A message of a dictionary: its head, where its batch lies there, and its body. */
export interface DictionaryMessage {
  readonly head: DataView;
  readonly data: number;
  readonly body: DataView;
  /** Of the values; `undefined` where the schema does not name the dictionary. */
  readonly type: number | undefined;
  /** Bytes before each buffer's entry that old versions have. */
  readonly padding: number;
}

/**
 * Refuses a dictionary with more values than bytes for them. flechette makes all values of a dictionary while it opens the file, so they cannot be checked
 * afterwards as rows are. For the same reason values that are lists or have fields are refused: how long they are is told by their own numbers.
 */
export function requireDictionary({ head, data, body, type, padding }: DictionaryMessage): void {
  const known = type ?? lie('a dictionary that the schema does not name');
  if (nested.includes(known)) lie('a dictionary of lists or of values with fields, which is not read');
  const batch = fieldsAt(head, data);
  const [node] = entriesAt(head, batch(6), 16);
  const count = wholeAt(head, node ?? null);
  const place = entriesAt(head, batch(8), 16 + padding)[1];
  const [offset, length] =
    place === undefined ? [0, 0] : [wholeAt(head, place + padding), wholeAt(head, place + padding + 8)];
  const bytes = unpackedBytes(body, offset, length, batch(10) !== null);
  if (count < 0 || (count > 0 && count > mostValues(known, bytes))) {
    lie(`a dictionary of ${count} values in ${bytes} bytes`);
  }
}
