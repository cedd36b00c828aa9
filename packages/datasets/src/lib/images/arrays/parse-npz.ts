import { crc32, DiffeoError } from '@diffeo/core';
import { nameInMessage, namesInMessage } from '../../files/name-in-message.ts';
import { inflate } from './inflate.ts';
import { DEFAULT_MAX_BYTES, damaged, type NumberArray, type ReadOptions } from './number-array.ts';
import { parseNpy } from './parse-npy.ts';
import { type ZipMember, zipMembers } from './zip-members.ts';

/** How an NPZ file is read. */
export interface NpzOptions extends ReadOptions {
  /** The arrays to read, by name without `.npy`. Default: all. */
  readonly names?: readonly string[];
}

async function unpack({ method, packed, size, crc }: ZipMember, what: string): Promise<Uint8Array> {
  const bytes = method === 'stored' ? packed : await inflate(packed, 'deflate-raw', () => size, what);
  if (bytes.length !== size) throw damaged(what, `should hold ${size} bytes, but holds ${bytes.length}.`);
  if (Number.parseInt(crc32(bytes), 16) !== crc)
    throw damaged(what, 'is damaged: its checksum does not match. Fetch it again.');
  return bytes;
}

/** The arrays of an NPZ file, still packed, by their names without `.npy`. Throws `FILE`. */
export const npzMembers = (bytes: Uint8Array, source: string): readonly ZipMember[] =>
  zipMembers(bytes, source).map((member) => ({ ...member, name: member.name.replace(/\.npy$/, '') }));

/** Unpacks an array of an NPZ file. Throws `FILE`. */
export async function unpackArray(member: ZipMember, source: string, maxBytes: number): Promise<NumberArray> {
  const what = `${source}, array '${nameInMessage(member.name)}',`;
  if (member.size > maxBytes) {
    throw damaged(what, `says that it unpacks to ${member.size} bytes; at most ${maxBytes} are read.`);
  }
  return parseNpy(await unpack(member, what), { source: what, maxBytes });
}

/**
 * Reads an NPZ file, arrays by name as `numpy.savez` and `numpy.savez_compressed` save them. Each is read as
 * {@link parseNpy} reads it; `maxBytes` (default 1 GiB) holds for all together. Works in Node and in browsers.
 *
 * Throws `FILE` when the bytes are not NPZ, are cut, damaged, encrypted or a ZIP64, or an array cannot be read, and
 * `DATA` when an array that was asked for is not there.
 */
export async function parseNpz(
  bytes: Uint8Array,
  { source = 'The NPZ file', maxBytes = DEFAULT_MAX_BYTES, names }: NpzOptions = {},
): Promise<ReadonlyMap<string, NumberArray>> {
  const members = npzMembers(bytes, source);
  const present = new Set(members.map(({ name }) => name));
  const missing = names?.find((name) => !present.has(name));
  if (missing !== undefined) {
    const found = namesInMessage([...present]) || 'none';
    throw new DiffeoError('DATA', `${source} has no array '${nameInMessage(missing)}'; it has ${found}.`);
  }
  const asked = names && new Set(names);
  const wanted = members.filter(({ name }) => asked?.has(name) ?? true);
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) {
    throw damaged(
      source,
      `says that it unpacks to ${total} bytes; at most ${maxBytes} are read. maxBytes sets how many; names chooses arrays.`,
    );
  }
  const arrays = new Map<string, NumberArray>();
  for (const member of wanted) {
    if (arrays.has(member.name)) throw damaged(source, `has the array '${nameInMessage(member.name)}' twice.`);
    arrays.set(member.name, await unpackArray(member, source, maxBytes));
  }
  return arrays;
}
