import type { Numbers } from '../../data/numbers.ts';
import { damaged } from './number-array.ts';

/** How a number is stored: unsigned, signed or floating, and its width in bytes. */
export type NumberKind = 'u1' | 'i1' | 'u2' | 'i2' | 'u4' | 'i4' | 'u8' | 'i8' | 'f2' | 'f4' | 'f8';

/** The width of a number in bytes. */
export const widthOf = (kind: NumberKind): number => Number(kind[1]);

const hostIsLittle = /* @__PURE__ */ (() => new Uint8Array(new Uint16Array([1]).buffer)[0] === 1)();

function reverseEach(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** IEEE 754 half precision. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function fromBig(values: BigInt64Array | BigUint64Array, source: string): Float64Array {
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as bigint;
    const number = Number(value);
    if (BigInt(number) !== value) {
      throw damaged(
        source,
        `holds ${value} at position ${i} (from 0), a whole number that float64 cannot hold exactly.`,
      );
    }
    numbers[i] = number;
  }
  return numbers;
}

/** How numbers are stored, and whose their bytes are. */
export interface StoredNumbers {
  readonly kind: NumberKind;
  readonly little: boolean;
  /** Whether the bytes may become the result. Else it shares no memory with them. */
  readonly owned: boolean;
  readonly source: string;
}

/**
 * Numbers from their bytes, which must be whole numbers of that kind. 64-bit whole numbers become float64 and half precision
 * becomes float32, both exactly. Throws `FILE` where that is not possible.
 */
export function decodeNumbers(bytes: Uint8Array, { kind, little, owned, source }: StoredNumbers): Numbers {
  const width = widthOf(kind);
  const own = owned && bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  if (width > 1 && little !== hostIsLittle) reverseEach(own, width);
  const place = [own.buffer, own.byteOffset, own.length / width] as const;
  if (kind === 'u1') return own;
  if (kind === 'i1') return new Int8Array(...place);
  if (kind === 'u2') return new Uint16Array(...place);
  if (kind === 'i2') return new Int16Array(...place);
  if (kind === 'u4') return new Uint32Array(...place);
  if (kind === 'i4') return new Int32Array(...place);
  if (kind === 'f4') return new Float32Array(...place);
  if (kind === 'f8') return new Float64Array(...place);
  if (kind === 'f2') return Float32Array.from(new Uint16Array(...place), fromHalf);
  return fromBig(kind === 'i8' ? new BigInt64Array(...place) : new BigUint64Array(...place), source);
}
