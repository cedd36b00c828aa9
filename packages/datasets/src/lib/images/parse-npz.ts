import { crc32, DiffeoError } from '@diffeo/core';
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

/**
 * Reads an NPZ file, arrays by name as `numpy.savez` and `numpy.savez_compressed` save them. Each is read as
 * {@link parseNpy} reads it; `maxBytes` (default 1 GiB) holds for all together. Works in Node and in browsers.
 *
 * Throws `FILE` when the bytes are no NPZ, are cut, damaged, encrypted or a ZIP64, or an array cannot be read, and
 * `DATA` when an array that was asked for is not there.
 */
export async function parseNpz(
  bytes: Uint8Array,
  { source = 'The NPZ file', maxBytes = DEFAULT_MAX_BYTES, names }: NpzOptions = {},
): Promise<ReadonlyMap<string, NumberArray>> {
  const members = zipMembers(bytes, source).map((member) => ({ ...member, name: member.name.replace(/\.npy$/, '') }));
  const missing = names?.find((name) => !members.some((member) => member.name === name));
  if (missing !== undefined) {
    const present = members.map(({ name }) => name).join(', ');
    throw new DiffeoError('DATA', `${source} has no array '${missing}'; it has ${present || 'none'}.`);
  }
  const wanted = members.filter(({ name }) => names?.includes(name) ?? true);
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) {
    throw damaged(
      source,
      `says that it unpacks to ${total} bytes; at most ${maxBytes} are read. Raise maxBytes, or name the arrays to read.`,
    );
  }
  const arrays = new Map<string, NumberArray>();
  for (const member of wanted) {
    const what = `${source}, array '${member.name.slice(0, 80)}',`;
    if (arrays.has(member.name)) throw damaged(what, 'is there twice.');
    arrays.set(member.name, parseNpy(await unpack(member, what), { source: what, maxBytes }));
  }
  return arrays;
}
