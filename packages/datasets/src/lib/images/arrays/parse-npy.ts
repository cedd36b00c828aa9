import type { Shape } from '@diffeo/core';
import type { Numbers } from '../../data/numbers.ts';
import { nameInMessage } from '../../files/name-in-message.ts';
import { decodeNumbers, type NumberKind, widthOf } from './decode-numbers.ts';
import { byteSize, DEFAULT_MAX_BYTES, damaged, type NumberArray, type ReadOptions } from './number-array.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** numpy's own limit is 64 axes. */
const MAX_RANK = 64;

/** Far more than three entries take. */
const MAX_HEADER = 2 ** 16;

/** Throws `FILE` unless the bytes begin as an NPY file does. */
export function requireNpy(bytes: Uint8Array, source: string): void {
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw damaged(
      source,
      `is not an NPY file: it should begin with the byte 0x93 and 'NUMPY', and be 10 bytes or longer.`,
    );
  }
}

/** Where the header's text is and where the numbers begin. */
function headerSpan(bytes: Uint8Array, source: string): { readonly from: number; readonly to: number } {
  requireNpy(bytes, source);
  const version = bytes[6] as number;
  if (version < 1 || version > 3) throw damaged(source, `has NPY version ${version}; versions 1 to 3 are read.`);
  const from = version === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < from) throw damaged(source, `ends in its header, after ${bytes.length} bytes.`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER || from + length > bytes.length) {
    throw damaged(
      source,
      `says that its header takes ${length} bytes; ${bytes.length - from} follow, and ${MAX_HEADER} are the most.`,
    );
  }
  return { from, to: from + length };
}

const entry = /\s*(['"])(descr|fortran_order|shape)\1\s*:\s*(True|False|'[^']*'|"[^"]*"|\([\dL,\s]*\))\s*(,|$)/y;

/** The three entries of the header, which is a dictionary as Python writes it. */
function readDictionary(text: string, source: string): Record<'descr' | 'fortran_order' | 'shape', string> {
  const trimmed = text.trim();
  const body = trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1).trimEnd() : '';
  const found = new Map<string, string>();
  for (let at = 0; at < body.length; at = entry.lastIndex) {
    entry.lastIndex = at;
    const match = entry.exec(body);
    if (!match || found.has(match[2] as string)) {
      throw damaged(
        source,
        `has a header that is not understood from '${nameInMessage(body.slice(at, at + 60))}' on. It takes 'descr' (a simple type), 'fortran_order' and 'shape', once each; structured types are not read.`,
      );
    }
    found.set(match[2] as string, match[3] as string);
  }
  const [descr, order, shape] = [found.get('descr'), found.get('fortran_order'), found.get('shape')];
  if (!descr || !order || !shape) {
    throw damaged(
      source,
      `has a header without ${['descr', 'fortran_order', 'shape'].filter((key) => !found.has(key))}.`,
    );
  }
  return { descr, fortran_order: order, shape };
}

interface Header {
  readonly kind: NumberKind;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: Shape;
}

function readHeader(text: string, source: string): Header {
  const { descr, fortran_order: order, shape: axes } = readDictionary(text, source);
  const type = /^['"]([<>|=])(?:([uif])([1248])|b(1))['"]$/.exec(descr);
  const kind = type?.[4] ? 'u1' : `${type?.[2]}${type?.[3]}`;
  if (!type || kind === 'f1') {
    throw damaged(
      source,
      `has the type ${nameInMessage(descr)}; whole numbers, floating numbers and booleans of up to 64 bits are read.`,
    );
  }
  if (!/^\(\s*(\d+L?\s*(,\s*\d+L?\s*)*,?)?\s*\)$/.test(axes))
    throw damaged(source, `has the shape ${nameInMessage(axes)}.`);
  if (order !== 'True' && order !== 'False')
    throw damaged(source, `has the order ${nameInMessage(order)}; it is True or False.`);
  const shape = (axes.match(/\d+/g) ?? []).map(Number);
  if (shape.length > MAX_RANK) throw damaged(source, `has ${shape.length} axes; ${MAX_RANK} are the most.`);
  return { kind: kind as NumberKind, little: type[1] !== '>', fortran: order === 'True', shape };
}

/** Numbers in Fortran's order, the first axis changing fastest, in C's, the last axis changing fastest. */
function toRowMajor(data: Numbers, shape: Shape): Numbers {
  const sorted = data.slice();
  const index = shape.map(() => 0);
  // How far apart neighbours along an axis are in Fortran's order.
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1));
  let from = 0;
  for (let to = 0; to < sorted.length; to++) {
    sorted[to] = data[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      const stride = strides[axis] as number;
      from += stride;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < length) break;
      index[axis] = 0;
      from -= length * stride;
    }
  }
  return sorted;
}

/**
 * Reads an NPY file, an array as numpy saves it: versions 1 to 3, either byte order, C or Fortran order (the result is
 * always C's). Booleans become bytes; whole numbers of 64 bits become float64 and half precision becomes float32, both
 * exactly. Works in Node and in browsers.
 *
 * Throws `FILE` when the bytes are not NPY, are cut or followed by others, hold objects, text, complex or structured
 * numbers, a 64-bit number that float64 cannot hold, or say that they hold more than `maxBytes` (default 1 GiB).
 */
export function parseNpy(
  bytes: Uint8Array,
  { source = 'The NPY file', maxBytes = DEFAULT_MAX_BYTES }: ReadOptions = {},
): NumberArray {
  const { from, to } = headerSpan(bytes, source);
  const { kind, little, fortran, shape } = readHeader(new TextDecoder().decode(bytes.subarray(from, to)), source);
  const size = byteSize(shape, widthOf(kind), maxBytes, source);
  const found = bytes.length - to;
  if (found !== size) {
    throw damaged(
      source,
      `should hold ${size} bytes of numbers, for its shape [${shape.join(', ')}], but holds ${found}: it is ${found < size ? 'cut' : 'followed by other bytes'}.`,
    );
  }
  const data = decodeNumbers(bytes.subarray(to), { kind, little, owned: false, source });
  return { shape, data: fortran && shape.length > 1 ? toRowMajor(data, shape) : data };
}
