import { crc32 as referenceCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from './checksum.ts';

test('the check value of the standard', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe('cbf43926');
  expect(crc32()).toBe('00000000');
});

test('agrees with zlib, however the bytes are divided', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
      const expected = referenceCrc32(bytes).toString(16).padStart(8, '0');
      expect(crc32(bytes)).toBe(expected);
      expect(crc32(bytes.subarray(0, at), bytes.subarray(at))).toBe(expected);
    }),
  );
});
