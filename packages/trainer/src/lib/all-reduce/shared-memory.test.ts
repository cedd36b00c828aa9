import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ShardedStep } from '../optimisers/sharded-step.ts';
import { addInto } from './messages.ts';
import { allReduceBytes, partsOf, sharedAllReduce } from './shared-memory.ts';

test('the sum is of all, in the order of the list', () => {
  const vector = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(vector, { minLength: 1, maxLength: 4 }), (vectors) => {
      const target = new Float32Array(3);
      addInto(
        target,
        vectors.map((values) => Float32Array.from(values)),
      );
      const expected = [0, 1, 2].map((i) =>
        vectors.slice(1).reduce((sum, values) => Math.fround(sum + (values[i] as number)), vectors[0]?.[i] as number),
      );
      expect([...target]).toEqual(expected);
    }),
  );
});

test('every place begins on a line of the cache, and none runs into another', () => {
  for (const [count, size] of [
    [2, 1],
    [2, 17],
    [3, 31],
  ] as const) {
    const memory = new SharedArrayBuffer(allReduceBytes(count, size));
    const taken = new Uint8Array(memory.byteLength);
    const take = (place: Float32Array, begin: number, end: number) => {
      expect(place.byteOffset % 64).toBe(0);
      const bytes = taken.subarray(place.byteOffset + 4 * begin, place.byteOffset + 4 * end);
      expect(bytes.every((byte) => byte === 0)).toBe(true);
      bytes.fill(1);
    };
    for (let index = 0; index < count; index++) {
      const allReduce = sharedAllReduce(memory, { index, count, size });
      // Nobody is waited for: with the others' arrival counted, it is the last.
      const last = () => new Int32Array(memory, 0, 1).fill(count - 1);
      last();
      void allReduce.sum((place) => take(place, 0, size + 1), true);
      const { parts, own, merge } = allReduce.shared as ShardedStep;
      last();
      merge((whole) => take(whole, parts[own]?.begin as number, parts[own]?.end as number));
    }
  }
});

test('the parts of all workers are the whole, in order and in whole lines', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 1, max: 9 }), (size, count) => {
      const parts = partsOf(size, count);
      expect(parts).toHaveLength(count);
      expect(parts[0]?.begin).toBe(0);
      expect(parts.at(-1)?.end).toBe(size);
      for (const [i, { begin, end }] of parts.entries()) {
        expect(begin).toBeLessThanOrEqual(end);
        if (i > 0) expect(begin).toBe(parts[i - 1]?.end);
        expect(begin % 16 === 0 || begin === size).toBe(true);
      }
    }),
  );
});

test('one worker alone gets back what it brought', async () => {
  const allReduce = sharedAllReduce(new SharedArrayBuffer(allReduceBytes(1, 2)), { index: 0, count: 1, size: 2 });
  for (const values of [
    [1, 2, 9],
    [3, 4, 9],
    [5, 6, 9],
  ]) {
    const brought = await allReduce.sum((place) => place.set(values), true);
    expect(brought.own).toBe(0);
    expect(brought.vectors.map((vector) => [...vector])).toEqual([values]);
    expect(allReduce.shared?.gather(7)).toEqual([7]);
    expect([...(allReduce.shared?.merge((whole) => whole.set([1, 2])) ?? [])]).toEqual([1, 2]);
  }
});
