import { nameInMessage } from '../../files/name-in-message.ts';
import { damaged } from './number-array.ts';

/** A file inside a ZIP archive. */
export interface ZipMember {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly packed: Uint8Array;
  readonly size: number;
  readonly crc: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
const NEEDS_ZIP64 = 0xffffffff;

/** Throws `FILE` unless the bytes begin as a ZIP archive does. */
export function requireZip(bytes: Uint8Array, source: string): void {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw damaged(source, "is not a ZIP archive: it should begin with 'PK'.");
}

/** Where the end record stands: the one whose comment reaches to the end of the file. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_SIZE - 0xffff);
  for (let at = view.byteLength - END_SIZE; at >= first; at--) {
    if (view.getUint32(at, true) === END && at + END_SIZE + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  return -1;
}

function method(code: number, what: string): ZipMember['method'] {
  if (code === 0) return 'stored';
  if (code === 8) return 'deflated';
  throw damaged(what, `is packed by ZIP method ${code}; stored (0) and deflated (8) members are read.`);
}

/**
 * The members of a ZIP archive, still packed, as its directory lists them (PKWARE's APPNOTE, 4.3). Every place and length
 * is held against the file. Throws `FILE` for what is not a whole archive, or is encrypted or a ZIP64.
 */
export function zipMembers(bytes: Uint8Array, source: string): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(view);
  if (end < 0) throw damaged(source, 'is not a ZIP archive, or is cut: its end record is missing.');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const directory = at;
  if (at + view.getUint32(end + 12, true) !== end) {
    throw damaged(source, `has a directory that should reach from byte ${at} to byte ${end}, but its length differs.`);
  }
  const decoder = new TextDecoder();
  const members = Array.from({ length: count }, (_, i): ZipMember => {
    if (at + ENTRY_SIZE > end || view.getUint32(at, true) !== ENTRY) {
      throw damaged(source, `should list ${count} members, but entry ${i + 1} of its directory is missing.`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const next = at + ENTRY_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw damaged(source, `has an entry ${i + 1} that reaches beyond its directory.`);
    const name = decoder.decode(bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength));
    const what = `${source}, member '${nameInMessage(name)}',`;
    const packedSize = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const local = view.getUint32(at + 42, true);
    if (view.getUint16(at + 8, true) & 1) throw damaged(what, 'is encrypted.');
    if ([packedSize, size, local].includes(NEEDS_ZIP64)) throw damaged(what, 'is a ZIP64 member, of 4 GiB or more.');
    if (local + LOCAL_SIZE > directory || view.getUint32(local, true) !== LOCAL) {
      throw damaged(what, `should begin at byte ${local}, but nothing begins there.`);
    }
    const begin = local + LOCAL_SIZE + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (begin + packedSize > directory) {
      throw damaged(
        what,
        `should take ${packedSize} bytes from byte ${begin} on, but the directory begins at ${directory}.`,
      );
    }
    const member: ZipMember = {
      name,
      method: method(view.getUint16(at + 10, true), what),
      packed: bytes.subarray(begin, begin + packedSize),
      size,
      crc: view.getUint32(at + 16, true),
    };
    at = next;
    return member;
  });
  // Members that share their bytes unpack to far more than the file could hold.
  const taken = members.reduce((sum, { packed }) => sum + packed.length, 0);
  if (taken > bytes.length) throw damaged(source, 'has members that overlap.');
  if (at !== end) throw damaged(source, `lists ${count} members, but ${end - at} more bytes stand in its directory.`);
  return members;
}
