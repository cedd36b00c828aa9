import { decodeNumbers, type NumberKind, widthOf } from './decode-numbers.ts';
import { inflate } from './inflate.ts';
import { byteSize, DEFAULT_MAX_BYTES, damaged, type NumberArray, type ReadOptions } from './number-array.ts';

const kinds: ReadonlyMap<number, NumberKind> = /* @__PURE__ */ new Map([
  [0x08, 'u1'],
  [0x09, 'i1'],
  [0x0b, 'i2'],
  [0x0c, 'i4'],
  [0x0d, 'f4'],
  [0x0e, 'f8'],
]);

interface Header {
  readonly kind: NumberKind;
  readonly shape: readonly number[];
  /** Where the numbers begin, and how many bytes there are in all. */
  readonly begin: number;
  readonly size: number;
}

function readHeader(bytes: Uint8Array, maxBytes: number, source: string): Header {
  const [zero, alsoZero, code = 0, rank = 0] = bytes;
  if (zero !== 0 || alsoZero !== 0 || bytes.length < 4) {
    const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw damaged(
      source,
      `is not an IDX file: it should begin with 00 00, a type and a rank, but begins with '${found}'.`,
    );
  }
  const kind = kinds.get(code);
  if (!kind) {
    throw damaged(
      source,
      `has the IDX type 0x${code.toString(16).padStart(2, '0')}; the types are 08, 09, 0b, 0c, 0d and 0e.`,
    );
  }
  const begin = 4 + 4 * rank;
  if (bytes.length < begin) {
    throw damaged(source, `ends in its header: a rank of ${rank} takes ${begin} bytes, and there are ${bytes.length}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, begin);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { kind, shape, begin, size: begin + byteSize(shape, widthOf(kind), maxBytes, source) };
}

const isZipped = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Throws `FILE` unless the bytes begin as an IDX file does, packed or not, of no more than `maxBytes`. */
export function requireIdx(bytes: Uint8Array, source: string, maxBytes = DEFAULT_MAX_BYTES): void {
  if (!isZipped(bytes)) readHeader(bytes, maxBytes, source);
}

/**
 * Reads an IDX file, the format of MNIST: bytes of every type and rank, packed by gzip or not. Works in Node and in
 * browsers. Nothing that a header says is believed before it is held against the bytes that follow.
 *
 * Throws `FILE` when the bytes are not IDX, are cut, damaged or followed by others, or say that they hold more than
 * `maxBytes` (default 1 GiB).
 *
 * @example
 * const { shape, data } = await parseIdx(new Uint8Array([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9]));
 * console.log(shape.join(' × '), data.join(' ')); // 1 × 3 7 8 9
 */
export async function parseIdx(
  bytes: Uint8Array,
  { source = 'The IDX file', maxBytes = DEFAULT_MAX_BYTES }: ReadOptions = {},
): Promise<NumberArray> {
  const plain = isZipped(bytes)
    ? await inflate(bytes, 'gzip', (head) => readHeader(head, maxBytes, source).size, source)
    : bytes;
  const { kind, shape, begin, size } = readHeader(plain, maxBytes, source);
  if (plain.length !== size) {
    throw damaged(
      source,
      `should be ${size} bytes long, for its shape [${shape.join(', ')}], but is ${plain.length}: it is ${plain.length < size ? 'cut' : 'followed by other bytes'}.`,
    );
  }
  return { shape, data: decodeNumbers(plain.subarray(begin), { kind, little: false, owned: plain !== bytes, source }) };
}
