import { DiffeoError } from '@diffeo/core';

const magic = 0x184d2204;

/** A byte of a block stands for so many at most: one more of a length. */
const maxExpansion = 255;

const cut = (): never => {
  throw new DiffeoError('FILE', 'an LZ4 frame is cut or damaged');
};

/** Unpacks one block behind what stands in `output` already, up to `at`; returns where it ends (LZ4 Block Format). */
function unpackBlock(input: Uint8Array, output: Uint8Array, at: number): number {
  let from = 0;
  let to = at;
  const more = (length: number): number => {
    let all = length;
    if (length !== 15) return all;
    for (let byte = 255; byte === 255; all += byte) byte = input[from++] ?? cut();
    return all;
  };
  while (from < input.length) {
    const token = input[from++] as number;
    const literals = more(token >> 4);
    if (from + literals > input.length || to + literals > output.length) cut();
    output.set(input.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from >= input.length) return to;
    const offset = (input[from] ?? cut()) | ((input[from + 1] ?? cut()) << 8);
    from += 2;
    const length = more(token & 15) + 4;
    if (offset === 0 || offset > to || to + length > output.length) cut();
    for (let i = 0; i < length; i++, to++) output[to] = output[to - offset] as number;
  }
  return to;
}

/** Unpacks an LZ4 frame (LZ4 Frame Format 1.6), as Arrow packs its buffers. Throws `FILE` for one that is cut or damaged. */
export function lz4Frame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 11 || view.getUint32(0, true) !== magic) cut();
  const flags = bytes[4] as number;
  const blockSize = 2 ** (8 + 2 * (((bytes[5] as number) >> 4) & 7));
  const begin = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
  const blocks: { readonly bytes: Uint8Array; readonly isPlain: boolean }[] = [];
  for (let at = begin; ; ) {
    if (at + 4 > bytes.length) cut();
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) break;
    const size = head & 0x7fffffff;
    if (at + size > bytes.length) cut();
    blocks.push({ bytes: bytes.subarray(at, at + size), isPlain: head >>> 31 === 1 });
    at += size + (flags & 0x10 ? 4 : 0);
  }
  const sizes = blocks.map(({ bytes: block }) => Math.min(blockSize, maxExpansion * block.length));
  const output = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let to = 0;
  for (const { bytes: block, isPlain } of blocks) {
    if (isPlain && to + block.length > output.length) cut();
    if (isPlain) output.set(block, to);
    to = isPlain ? to + block.length : unpackBlock(block, output, to);
  }
  return output.slice(0, to);
}
