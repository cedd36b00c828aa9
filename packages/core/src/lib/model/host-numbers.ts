import { shortName } from '../arguments/describe-value.ts';
import { DiffeoError } from '../contract/error.ts';
import type { Shape } from '../contract/shape.ts';
import { requireLittleEndian } from './model-format.ts';

/** How numbers of each type lie in memory: what PyTorch and NumPy write. Types of 8-bit floats are not read. */
const arrays = {
  ...{ F64: Float64Array, F32: Float32Array, F16: Uint16Array, BF16: Uint16Array },
  ...{ I64: BigInt64Array, I32: Int32Array, I16: Int16Array, I8: Int8Array },
  ...{ U64: BigUint64Array, U32: Uint32Array, U16: Uint16Array, U8: Uint8Array, BOOL: Uint8Array },
} as const;

/** The type of a tensor's numbers in a safetensors file. */
export type Dtype = keyof typeof arrays;

/** How many bytes a number of a type takes; `undefined` where there is no such type. */
export const numberSize = (dtype: string): number | undefined =>
  Object.hasOwn(arrays, dtype) ? arrays[dtype as Dtype].BYTES_PER_ELEMENT : undefined;

/** The names of all types, for a message. */
export const dtypeNames = (): string => Object.keys(arrays).join(', ');

/** A tensor on the host. */
export interface HostTensor {
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** The numbers' bytes, little endian. {@link hostNumbers} reads them. */
  readonly bytes: Uint8Array;
}

/** Whether numbers of this type are floats; the others are whole, `BOOL` 0 and 1. */
export const isFloat = (dtype: Dtype): boolean => dtype.startsWith('F') || dtype === 'BF16';

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));
/** The float32 of these bits. */
function float(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

/** What is stored otherwise than as a number of JavaScript. IEEE binary16 has 5 bits of exponent: as a float32's, they are 112 too low. */
const readers: Partial<Record<Dtype, (stored: number | bigint) => number>> = {
  F16: (stored) => {
    const bits = Number(stored);
    const special = (bits & 0x7c00) === 0x7c00 ? 0x7f800000 : 0;
    return 2 ** 112 * float(((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13) | special);
  },
  BF16: (stored) => float(Number(stored) << 16),
  BOOL: (stored) => (stored ? 1 : 0),
};

/** Throws at the first number that does not fit. */
function requireFit<Value extends number | bigint>(
  name: string,
  values: ArrayLike<Value>,
  fits: (value: Value, at: number) => boolean,
  why: string,
): void {
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as Value;
    if (fits(value, at)) continue;
    throw new DiffeoError('OVERFLOW', `'${shortName(name)}' holds ${value} at position ${at}, which ${why}`);
  }
}

const largestExact = 2 ** 53;

/**
 * The numbers of a tensor of a safetensors file, none of them rounded, NaN and infinities included.
 *
 * @param name of the tensor, for the message
 * @throws DiffeoError `OVERFLOW` where a whole number of 64 bits lies beyond ±2⁵³, up to which float64 holds all of them.
 */
export function hostNumbers(name: string, { dtype, bytes }: HostTensor): Float64Array<ArrayBuffer> {
  requireLittleEndian();
  // A copy: on Node's Buffer slice() is a view of the whole file, and what comes before may not be a multiple of its size.
  const stored: ArrayLike<number | bigint> = new arrays[dtype](new Uint8Array(bytes).buffer);
  const isExact = (value: number | bigint): boolean =>
    typeof value === 'number' || (value <= largestExact && value >= -largestExact);
  requireFit(name, stored, isExact, 'float64 does not hold exactly');
  return Float64Array.from(stored, readers[dtype] ?? Number);
}

/**
 * The same as float32, each number rounded to the nearest.
 *
 * @throws DiffeoError `OVERFLOW` where a finite number lies beyond float32's range, and as {@link hostNumbers}.
 */
export function hostFloats(name: string, stored: HostTensor): Float32Array<ArrayBuffer> {
  if (stored.dtype === 'F32') return new Float32Array(new Uint8Array(stored.bytes).buffer);
  const exact = hostNumbers(name, stored);
  const rounded = Float32Array.from(exact);
  const isHeld = (value: number, at: number): boolean => Number.isFinite(rounded[at]) || !Number.isFinite(value);
  requireFit(name, exact, isHeld, 'is beyond the range of float32');
  return rounded;
}

/**
 * The same as int32.
 *
 * @throws DiffeoError `OVERFLOW` where a whole number lies beyond int32's range.
 */
export function hostIntegers(name: string, stored: HostTensor): Int32Array<ArrayBuffer> {
  const exact = hostNumbers(name, stored);
  requireFit(name, exact, (value) => value === (value | 0), 'is beyond the range of int32');
  return Int32Array.from(exact);
}
