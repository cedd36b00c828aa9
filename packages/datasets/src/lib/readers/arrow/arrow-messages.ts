import { requireDictionary } from './arrow-dictionaries.ts';
import { type DictionaryTypes, requireSchema } from './arrow-schema.ts';
import { entriesAt, fieldsAt, lie, wholeAt } from './flat-buffers.ts';

const schemaType = 1;
const dictionaryType = 2;
const recordType = 3;

/** Until this version of the format, buffers have a number of their page. */
const withoutPages = 3;

/** Where the next message begins, `null` where there is none, and the types of dictionaries that are known by then. */
interface Position {
  readonly next: number | null;
  readonly types: DictionaryTypes | null;
}

function requireRecords(view: DataView, at: number): void {
  const batch = fieldsAt(view, at);
  entriesAt(view, batch(6), 16);
  const buffers = entriesAt(view, batch(8), 16).length;
  for (const place of entriesAt(view, batch(12), 8)) {
    const count = wholeAt(view, place);
    if (!(count >= 0 && count <= buffers)) lie(`${count} buffers of texts among ${buffers}`);
  }
}

/** Checks the message at a place. The first schema holds. */
function checkMessage(bytes: Uint8Array, from: number, types: DictionaryTypes | null): Position {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (from < 0 || from + 8 > bytes.length) return { next: null, types };
  let at = from;
  let length = view.getInt32(at, true);
  at += 4;
  if (length === -1) {
    length = view.getInt32(at, true);
    at += 4;
  }
  if (length === 0) return { next: null, types };
  if (length < 0 || at + length > bytes.length) lie(`a message of ${length} bytes in ${bytes.length}`);
  const head = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  const message = fieldsAt(head, 0);
  const [version, type, content] = [message(4), message(6), message(8)];
  const kind = type === null ? 0 : head.getUint8(type);
  const more = wholeAt(head, message(10));
  const next = at + length + more;
  if (!(more >= 0 && next <= bytes.length)) lie(`a message with ${more} bytes in ${bytes.length}`);
  if (content === null) return { next, types };
  if (kind === schemaType) {
    const own = requireSchema(head, content);
    return { next, types: types ?? own };
  }
  if (kind === recordType) requireRecords(head, content);
  if (kind === dictionaryType) {
    const dictionary = fieldsAt(head, content);
    const data = dictionary(6);
    if (data === null) return { next, types };
    requireRecords(head, data);
    const body = new DataView(bytes.buffer, bytes.byteOffset + at + length, more);
    const padding = (version === null ? 0 : head.getInt16(version, true)) < withoutPages ? 8 : 0;
    requireDictionary({ head, data, body, padding, type: types?.get(wholeAt(head, dictionary(4))) });
  }
  return { next, types };
}

/**
 * Refuses Arrow that claims more entries than there are bytes, before flechette makes room for them: a bit that has changed asks for gigabytes otherwise,
 * and Node ends where an array grows too large. The layout is that of Arrow's `Message.fbs` and `File.fbs`.
 *
 * @throws DiffeoError `FILE`; RangeError where it ends early
 */
export function requireHonestMessages(bytes: Uint8Array, isFile: boolean): void {
  if (!isFile) {
    let position: Position = { next: 0, types: null };
    while (position.next !== null) position = checkMessage(bytes, position.next, position.types);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 10;
  const footer = fieldsAt(view, end - view.getInt32(end, true));
  const schema = footer(6);
  const types = schema === null ? null : requireSchema(view, schema);
  entriesAt(view, footer(12), 4);
  for (const field of [8, 10]) {
    const places = entriesAt(view, footer(field), 24).map((place) => wholeAt(view, place));
    if (new Set(places).size < places.length) lie('a batch that is listed twice');
    for (const place of places) checkMessage(bytes, place, types);
  }
}
