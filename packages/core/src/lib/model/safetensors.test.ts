import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDiffeoError } from '../contract/error.ts';
import { type Dtype, dtypeNames, type HostTensor, numberSize } from './host-numbers.ts';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from './safetensors.ts';

const hostTensor: fc.Arbitrary<HostTensor> = fc
  .record({
    dtype: fc.constantFrom(...(dtypeNames().split(', ') as Dtype[])),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
  })
  .chain(({ dtype, shape }) => {
    const length = (numberSize(dtype) ?? 0) * shape.reduce((product, size) => product * size, 1);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => ({ dtype, shape, bytes }) as HostTensor);
  });
const names = fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__');
const file: fc.Arbitrary<SafetensorsFile> = fc.record({
  tensors: fc.array(fc.tuple(names, hostTensor), { maxLength: 4 }).map((entries) => new Map(entries)),
  metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true }),
});

const numbers = ({ tensors }: SafetensorsFile) =>
  [...tensors].map(([name, { dtype, shape, bytes }]) => ({ name, dtype, shape, bytes: [...bytes] }));

/** A small file that is as it should be. */
const sound = (): Uint8Array =>
  writeSafetensors({
    tensors: new Map<string, HostTensor>([
      ['a', { dtype: 'F32', shape: [2], bytes: new Uint8Array(8).fill(1) }],
      ['b', { dtype: 'I32', shape: [1, 3], bytes: new Uint8Array(12).fill(2) }],
    ]),
    metadata: { from: 'here' },
  });

/** A file with this header before so many bytes of data. */
function withHeader(header: unknown, data = 8): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({ dtype, shape, data_offsets: offsets });

function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes);
  } catch (error) {
    if (isDiffeoError(error) && error.code === 'FILE') return error.message;
    throw error;
  }
  return expect.fail('it was read');
}

test('what is written is read, whatever the names, shapes and numbers', () => {
  fc.assert(
    fc.property(file, (written) => {
      const bytes = writeSafetensors(written);
      const read = readSafetensors(bytes);
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(numbers(read).sort(byName)).toEqual(numbers(written).sort(byName));
      expect({ ...read.metadata }).toEqual({ ...written.metadata });
      expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
    }),
  );
});

test('a file cut at any byte is refused, and so is one that goes on', () => {
  const bytes = sound();
  for (let length = 0; length < bytes.length; length++)
    expect(refusal(bytes.subarray(0, length))).toMatch(/not a whole/);
  expect(refusal(Uint8Array.from([...bytes, 0]))).toMatch(/take 20 bytes and 21 follow/);
});

test('any bytes are read or refused, and nothing else', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((json) => withHeader(json, 0)),
    fc.tuple(fc.nat(sound().length - 1), fc.nat(255)).map(([at, value]) => sound().with(at, value)),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      try {
        readSafetensors(given);
      } catch (error) {
        expect(isDiffeoError(error) && error.code).toBe('FILE');
      }
    }),
    { numRuns: 500 },
  );
});

describe('no length in a file is trusted', () => {
  test.each<[string, unknown, RegExp]>([
    ['a tensor larger than the file', { a: entry([2 ** 30], [0, 2 ** 32]) }, /takes? \d+ bytes|take 4294967296 bytes/],
    ['a product beyond whole numbers', { a: entry([2 ** 40, 2 ** 40], [0, 8]) }, /spans 8 bytes/],
    ['offsets that do not fit the shape', { a: entry([3], [0, 8]) }, /\[3\] and spans 8 bytes/],
    ['offsets backwards', { a: entry([2], [8, 0]) }, /spans -8 bytes/],
    ['a negative offset', { a: entry([2], [-8, 0]) }, /'a'/],
    ['a negative size', { a: entry([-2], [0, 8]) }, /'a'/],
    ['half a size', { a: entry([1.5], [0, 6]) }, /'a'/],
    ['an overlap', { a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, /'b' begins at byte 4 of the data, not at 8/],
    ['a gap', { a: entry([1], [4, 8]) }, /begins at byte 4 of the data, not at 0/],
    ['another type of number', { a: entry([8], [0, 8], 'F8_E4M3') }, /dtype must be one of F64, .*; it is 'F8_E4M3'/],
    ['a type from JavaScript', { a: entry([1], [0, 8], 'toString') }, /dtype must be one of/],
    ['no type of number', { a: entry([1], [0, 8], null) }, /it is null/],
    ['doubles that span half of their bytes', { a: entry([2], [0, 8], 'F64') }, /\[2\] and spans 8 bytes/],
    ['halves that span all of the file', { a: entry([2], [0, 8], 'BF16') }, /\[2\] and spans 8 bytes/],
    ['an entry too many in a tensor', { a: { ...entry([2], [0, 8]), more: 1 } }, /'a'/],
    ['metadata that are not text', { __metadata__: { a: 1 }, a: entry([2], [0, 8]) }, /strings only/],
    ['a list', [1, 2], /not a JSON object/],
    ['half a JSON', '{"a":', /not JSON/],
  ])('%s', (_, header, message) => {
    expect(refusal(withHeader(header))).toMatch(message);
  });

  test.each([2n ** 60n, 2n ** 64n - 1n, 100_000_001n])('a header of %d bytes', (length) => {
    const bytes = sound();
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    expect(refusal(bytes)).toContain(`its header has ${length} bytes`);
  });
});

test('names that mean something to JavaScript are names', () => {
  const tensors = new Map(
    ['__proto__', 'constructor', 'toString'].map((name) => [
      name,
      { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) } as HostTensor,
    ]),
  );
  const header = Object.fromEntries([...tensors.keys()].map((name, i) => [name, entry([1], [4 * i, 4 * i + 4])]));
  expect([...readSafetensors(withHeader(JSON.stringify(header), 12)).tensors.keys()]).toEqual([...tensors.keys()]);
  expect(({} as { dtype?: string }).dtype).toBeUndefined();
});
