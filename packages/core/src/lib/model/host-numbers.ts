import { shortName } from '../arguments/describe-value.ts';
import { DiffeoError } from '../contract/error.ts';
import type { Shape } from '../contract/shape.ts';

/** How many bytes a number of each type takes: what PyTorch and NumPy write. Types of 8-bit floats are not read. */
export const dtypeSizes = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
} as const;

/** The type of a tensor's numbers in a safetensors file. */
export type Dtype = keyof typeof dtypeSizes;

/** A tensor on the host. */
export interface HostTensor {
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** The numbers' bytes, little endian. {@link hostNumbers} reads them. */
  readonly bytes: Uint8Array;
}

/** Whether numbers of this type are floats; the others are whole, `BOOL` 0 and 1. */
export const isFloat = (dtype: Dtype): boolean => dtype.startsWith('F') || dtype === 'BF16';

const largestExact = 2n ** 53n;
const overflow = (name: string, value: number | bigint, at: number, why: string): DiffeoError =>
  new DiffeoError('OVERFLOW', `'${shortName(name)}' holds ${value} at position ${at}, which ${why}`);

/** IEEE binary16: sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));
/** The upper half of a float32. */
function brain(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

const readers: Readonly<Record<Dtype, (view: DataView, at: number) => number | bigint>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => half(view.getUint16(at, true)),
  BF16: (view, at) => brain(view.getUint16(at, true)),
  I64: (view, at) => view.getBigInt64(at, true),
  I32: (view, at) => view.getInt32(at, true),
  I16: (view, at) => view.getInt16(at, true),
  I8: (view, at) => view.getInt8(at),
  U64: (view, at) => view.getBigUint64(at, true),
  U32: (view, at) => view.getUint32(at, true),
  U16: (view, at) => view.getUint16(at, true),
  U8: (view, at) => view.getUint8(at),
  BOOL: (view, at) => (view.getUint8(at) ? 1 : 0),
};

/**
 * The numbers of a tensor of a safetensors file, none of them rounded, NaN and infinities included.
 *
 * @param name of the tensor, for the message
 * @throws DiffeoError `OVERFLOW` where a whole number of 64 bits lies beyond ±2⁵³, up to which float64 holds all of them.
 */
export function hostNumbers(name: string, { dtype, bytes }: HostTensor): Float64Array<ArrayBuffer> {
  const [size, read] = [dtypeSizes[dtype], readers[dtype]];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.byteLength / size }, (_, at) => {
    const value = read(view, at * size);
    if (typeof value === 'bigint' && (value > largestExact || value < -largestExact)) {
      throw overflow(name, value, at, 'float64 does not hold exactly');
    }
    return Number(value);
  });
}

/**
 * The same as float32, each number rounded to the nearest.
 *
 * @throws DiffeoError `OVERFLOW` where a finite number lies beyond float32's range, and as {@link hostNumbers}.
 */
export function hostFloats(name: string, stored: HostTensor): Float32Array<ArrayBuffer> {
  // A copy: on Node's Buffer slice() is a view of the whole file, and what comes before may not be a multiple of 4.
  if (stored.dtype === 'F32') return new Float32Array(new Uint8Array(stored.bytes).buffer);
  const exact = hostNumbers(name, stored);
  const rounded = Float32Array.from(exact);
  const at = rounded.findIndex((value, i) => !Number.isFinite(value) && Number.isFinite(exact[i]));
  if (at >= 0) throw overflow(name, exact[at] as number, at, 'is beyond the range of float32');
  return rounded;
}

/**
 * The same as int32.
 *
 * @throws DiffeoError `OVERFLOW` where a whole number lies beyond int32's range.
 */
export function hostIntegers(name: string, stored: HostTensor): Int32Array<ArrayBuffer> {
  const exact = hostNumbers(name, stored);
  const at = exact.findIndex((value) => value !== (value | 0));
  if (at >= 0) throw overflow(name, exact[at] as number, at, 'is beyond the range of int32');
  return Int32Array.from(exact);
}
