import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Dtype, type HostTensor, hostFloats, hostIntegers, hostNumbers, numberSize } from './host-numbers.ts';

type Numbers = { readonly buffer: ArrayBufferLike; readonly byteOffset: number; readonly byteLength: number };

/** A tensor of the bytes of a typed array, one byte behind the beginning of its buffer, as tensors lie in files. */
function tensorOf(dtype: Dtype, values: Numbers): HostTensor {
  const bytes = new Uint8Array(1 + values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 1);
  return { dtype, shape: [values.byteLength / (numberSize(dtype) ?? 0)], bytes: bytes.subarray(1) };
}

const anyFloat = fc.double();
const exact: readonly (readonly [Dtype, fc.Arbitrary<number[]>, (numbers: number[]) => Numbers])[] = [
  ['F64', fc.array(anyFloat), (n) => Float64Array.from(n)],
  ['F32', fc.array(anyFloat.map(Math.fround)), (n) => Float32Array.from(n)],
  ['I64', fc.array(fc.maxSafeInteger()), (n) => BigInt64Array.from(n, BigInt)],
  ['U64', fc.array(fc.maxSafeNat()), (n) => BigUint64Array.from(n, BigInt)],
  ['I32', fc.array(fc.integer()), (n) => Int32Array.from(n)],
  ['U32', fc.array(fc.nat(2 ** 32 - 1)), (n) => Uint32Array.from(n)],
  ['I16', fc.array(fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 })), (n) => Int16Array.from(n)],
  ['U16', fc.array(fc.nat(2 ** 16 - 1)), (n) => Uint16Array.from(n)],
  ['I8', fc.array(fc.integer({ min: -128, max: 127 })), (n) => Int8Array.from(n)],
  ['U8', fc.array(fc.nat(255)), (n) => Uint8Array.from(n)],
  ['BOOL', fc.array(fc.nat(1)), (n) => Uint8Array.from(n)],
];

test.each(exact)('%s: every number is read as it was written', (dtype, numbers, written) => {
  fc.assert(
    fc.property(numbers, (given) => {
      expect([...hostNumbers('a', tensorOf(dtype, written(given)))]).toEqual(given);
    }),
  );
});

/** What 16 bits stand for, by the definition of such floats: (−1)^sign · 1.fraction · 2^(exponent − bias). */
function byDefinition(bits: number, fractionBits: number): number {
  const exponentBits = 15 - fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  if (exponent === 2 ** exponentBits - 1) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

test.each([
  ['F16', 10],
  ['BF16', 7],
] as const)('%s: all 65536 numbers, zeros of both signs, subnormals, infinities and NaN', (dtype, fractionBits) => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const read = hostNumbers('a', tensorOf(dtype, bits));
  const wrong = [...bits].filter((i) => !Object.is(read[i], byDefinition(i, fractionBits)));
  expect(wrong).toEqual([]);
});

describe('what does not fit is refused, with its name and place', () => {
  const overflow = (message: RegExp) =>
    expect.objectContaining({ code: 'OVERFLOW', message: expect.stringMatching(message) });

  test('whole numbers of 64 bits are read exactly or refused, up to ±2^53', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const read = () => hostNumbers('counts', tensorOf('I64', BigInt64Array.of(0n, value)));
        if (value >= -(2n ** 53n) && value <= 2n ** 53n) expect(BigInt(read()[1] as number)).toBe(value);
        else expect(read).toThrow(overflow(new RegExp(`'counts' holds ${value} at position 1`)));
      }),
    );
    for (const value of [2n ** 53n + 1n, 2n ** 53n + 2n, -(2n ** 53n) - 1n]) {
      const read = () => hostNumbers('counts', tensorOf('I64', BigInt64Array.of(value)));
      expect(read, `${value}`).toThrow(overflow(/float64 does not hold exactly/));
    }
    expect(() => hostNumbers('counts', tensorOf('U64', BigUint64Array.of(2n ** 64n - 1n)))).toThrow(
      overflow(/18446744073709551615/),
    );
  });

  test('doubles become the nearest float32, or are refused where that is infinite', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const read = () => hostFloats('weight', tensorOf('F64', Float64Array.of(1, value)));
        const rounded = Math.fround(value);
        if (Number.isFinite(rounded) === Number.isFinite(value)) expect(read()[1]).toEqual(rounded);
        else expect(read).toThrow(overflow(/'weight' holds .* at position 1, which is beyond the range of float32/));
      }),
    );
    expect(() => hostFloats('weight', tensorOf('F64', Float64Array.of(3.5e38)))).toThrow(overflow(/3.5e\+38/));
    expect(hostFloats('weight', tensorOf('F64', Float64Array.of(3.4028234663852886e38, 1e-60)))).toEqual(
      Float32Array.of(3.4028234663852886e38, 0),
    );
  });

  test('whole numbers beyond int32', () => {
    expect(() => hostIntegers('order', tensorOf('I64', BigInt64Array.of(2n ** 31n)))).toThrow(overflow(/int32/));
    expect(hostIntegers('order', tensorOf('I64', BigInt64Array.of(-(2n ** 31n), 7n)))).toEqual(
      Int32Array.of(-(2 ** 31), 7),
    );
  });
});
