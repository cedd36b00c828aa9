import { gzipSync } from 'node:zlib';
import { isDiffeoError } from '@diffeo/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeNpy, writeZip } from '../../../../test/write-arrays.ts';
import { parseIdx } from './parse-idx.ts';
import { parseNpy } from './parse-npy.ts';
import { parseNpz } from './parse-npz.ts';

const idxTypes = [
  [0x08, Uint8Array, 'setUint8'],
  [0x09, Int8Array, 'setInt8'],
  [0x0b, Int16Array, 'setInt16'],
  [0x0c, Int32Array, 'setInt32'],
  [0x0d, Float32Array, 'setFloat32'],
  [0x0e, Float64Array, 'setFloat64'],
] as const;

function writeIdx(type: number, shape: readonly number[], values: ArrayLike<number>): Uint8Array {
  const [, { BYTES_PER_ELEMENT: width }, set] = idxTypes[type] as (typeof idxTypes)[number];
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length * width);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, idxTypes[type]?.[0] ?? 0, shape.length]);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  for (let i = 0; i < values.length; i++) view[set](4 + 4 * shape.length + i * width, values[i] as number);
  return bytes;
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 });
const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

test('IDX of every type and rank comes back, packed or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 5 }),
      shapes,
      fc.boolean(),
      fc.infiniteStream(fc.integer()),
      async (type, shape, zip, all) => {
        const Typed = idxTypes[type]?.[1] ?? Uint8Array;
        const values = new Typed(Array.from({ length: size(shape) }, () => all.next().value as number));
        const bytes = writeIdx(type, shape, values);
        expect(await parseIdx(zip ? gzipSync(bytes) : bytes)).toEqual({ shape, data: values });
      },
    ),
    { numRuns: 150 },
  );
});

const npyTypes = {
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
};

test('NPY comes back, of either order of bytes and of axes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(npyTypes) as (keyof typeof npyTypes)[])),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(1, 2, 3),
      fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      (kind, big, fortran, version, [a, b, c]) => {
        const values = new npyTypes[kind](Array.from({ length: a * b * c }, (_, i) => i + 1));
        const at = (i: number, j: number, k: number) => (fortran ? i + a * (j + b * k) : (i * b + j) * c + k);
        const stored = bytesOf(values);
        if (big)
          for (let i = 0; i < stored.length; i += Number(kind[1])) stored.subarray(i, i + Number(kind[1])).reverse();
        const read = parseNpy(writeNpy(`${big ? '>' : '<'}${kind}`, fortran, `(${a}, ${b}, ${c})`, stored, version));
        expect(read.shape).toEqual([a, b, c]);
        expect(read.data).toBeInstanceOf(npyTypes[kind]);
        for (let n = 0; n < values.length; n++) {
          const [i, j, k] = [Math.floor(n / (b * c)), Math.floor(n / c) % b, n % c];
          expect(read.data[n]).toBe(values[at(i, j, k)]);
        }
      },
    ),
  );
});

test('booleans, halves and 64-bit whole numbers become numbers, exactly or not at all', () => {
  expect(parseNpy(writeNpy('|b1', false, '(3,)', new Uint8Array([0, 1, 1]))).data).toEqual(new Uint8Array([0, 1, 1]));
  const halves = bytesOf(new Uint16Array([0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00]));
  expect([...parseNpy(writeNpy('<f2', false, '(5,)', halves)).data]).toEqual([1, -2, 2 ** -24, 65504, Infinity]);
  const whole = (value: bigint) => parseNpy(writeNpy('<i8', false, '(1L,)', bytesOf(new BigInt64Array([value]))));
  expect(whole(-5n)).toEqual({ shape: [1], data: new Float64Array([-5]) });
  expect(() => whole(2n ** 53n + 1n)).toThrow(/9007199254740993 at position 0/);
  expect(parseNpy(writeNpy('<f8', false, '()', bytesOf(new Float64Array([7])))).shape).toEqual([]);
});

test('NPY that holds something else is refused by what it is', () => {
  const none = new Uint8Array(0);
  for (const descr of ['|O', '<U5', '<c8', '|S3', '<M8[ns]', '<f1']) {
    expect(() => parseNpy(writeNpy(descr, false, '(0,)', none))).toThrow(/^The NPY file has the type/);
  }
  expect(() => parseNpy(writeNpy('<f4', false, '(1152921504606846976, 8)', none))).toThrow(
    /at most 1073741824 are read/,
  );
  expect(() => parseNpy(writeNpy('<f4', false, '(2,)', new Uint8Array(7)))).toThrow(
    /should hold 8 bytes.*holds 7.*cut/,
  );
  expect(() => parseNpy(writeNpy('<f4', false, '(2,)', new Uint8Array(9)))).toThrow(/followed by other bytes/);
});

const arrays = {
  'a.npy': writeNpy('<f4', false, '(2, 2)', bytesOf(new Float32Array([1, 2, 3, 4]))),
  'b.npy': writeNpy('|u1', false, '(300,)', new Uint8Array(300).fill(9)),
};

test.each([true, false])('NPZ comes back, deflated: %s', async (deflated) => {
  const read = await parseNpz(writeZip(arrays, deflated));
  expect([...read.keys()]).toEqual(['a', 'b']);
  expect(read.get('a')).toEqual({ shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) });
  expect([...(await parseNpz(writeZip(arrays, deflated), { names: ['b'] })).keys()]).toEqual(['b']);
  await expect(parseNpz(writeZip(arrays, deflated), { names: ['c'] })).rejects.toThrow(/no array 'c'; it has a, b/);
});

test('lengths are held against what follows before memory is taken', async () => {
  const huge = Uint8Array.from([0, 0, 8, 3, ...new Uint8Array(12).fill(255)]);
  for (const bytes of [huge, gzipSync(huge)])
    await expect(parseIdx(bytes)).rejects.toThrow(/at most 1073741824 are read/);
  const deep = Uint8Array.from([0, 0, 8, 255, ...new Uint8Array(1020).fill(255)]);
  await expect(parseIdx(deep)).rejects.toThrow(/Infinity bytes/);
  const claims = (n: number) => gzipSync(writeIdx(0, [n], new Uint8Array(0)));
  await expect(parseIdx(claims(2 ** 29))).rejects.toThrow(/packed bytes cannot hold that many/);
  await expect(parseIdx(claims(1000))).rejects.toThrow(/it is cut/);
  const bomb = Buffer.concat([writeIdx(0, [5], new Uint8Array(0)), new Uint8Array(2 ** 24)]);
  await expect(parseIdx(gzipSync(bomb))).rejects.toThrow(/should unpack to 13 bytes.*more/);
  await expect(parseNpz(writeZip(arrays, true, () => 2 ** 31))).rejects.toThrow(/at most 1073741824/);
  await expect(parseNpz(writeZip(arrays, true, (n) => n - 1))).rejects.toThrow(/unpacks to more/);
});

test('gzip that is cut, damaged or followed by other bytes is refused', async () => {
  const zipped = gzipSync(
    writeIdx(
      0,
      [5000],
      new Uint8Array(5000).map((_, i) => i * i),
    ),
  );
  const wrong = Buffer.from(zipped);
  wrong[wrong.length - 6] = (wrong[wrong.length - 6] as number) ^ 1;
  for (const bytes of [zipped.subarray(0, -1), zipped.subarray(0, 20), Buffer.concat([zipped, zipped]), wrong]) {
    await expect(parseIdx(bytes)).rejects.toMatchObject({ name: 'DiffeoError', code: 'FILE' });
  }
});

const originals = [
  ['idx', parseIdx, writeIdx(3, [2, 3], [1, 2, 3, 4, 5, 6])],
  ['idx.gz', parseIdx, gzipSync(writeIdx(0, [40], new Uint8Array(40)))],
  ['npy', async (bytes: Uint8Array) => parseNpy(bytes), arrays['a.npy']],
  ['npz stored', parseNpz, writeZip(arrays, false)],
  ['npz deflated', parseNpz, writeZip(arrays, true)],
] as const;

test.each(originals)('what is cut or altered throws nothing but DiffeoError: %s', async (_, parse, original) => {
  await expect(parse(original)).resolves.toBeDefined();
  const alteration = fc.tuple(fc.nat({ max: original.length - 1 }), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: original.length - 1 }), async (length) => {
      await expect(parse(original.subarray(0, length))).rejects.toSatisfy(isDiffeoError);
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(alteration, { minLength: 1, maxLength: 5 }), async (alterations) => {
      const bytes = Uint8Array.from(original);
      for (const [at, value] of alterations) bytes[at] = value;
      await parse(bytes).catch((error: unknown) => expect(error).toSatisfy(isDiffeoError));
    }),
    { numRuns: 200 },
  );
});
