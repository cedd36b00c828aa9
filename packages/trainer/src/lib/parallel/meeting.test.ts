import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addInto, meetingBytes, sharedMeeting } from './meeting.ts';

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
    [3, 32],
  ] as const) {
    const memory = new SharedArrayBuffer(meetingBytes(count, size));
    const taken = new Uint8Array(memory.byteLength);
    for (let index = 0; index < count; index++) {
      // Each comes twice, and is not waited for: with the others' arrival counted, it is the last.
      const meeting = sharedMeeting(memory, { index, count, size });
      for (let times = 0; times < 2; times++) {
        new Int32Array(memory, 0, 1)[0] = count - 1;
        void meeting.join((place) => {
          expect(place.byteOffset % 64).toBe(0);
          const bytes = taken.subarray(place.byteOffset, place.byteOffset + place.byteLength);
          expect(bytes.every((byte) => byte === 0)).toBe(true);
          bytes.fill(1);
        });
      }
    }
  }
});

test('one worker alone gets back what it brought', async () => {
  const meeting = sharedMeeting(new SharedArrayBuffer(meetingBytes(1, 2)), { index: 0, count: 1, size: 2 });
  for (const values of [
    [1, 2],
    [3, 4],
    [5, 6],
  ]) {
    const brought = await meeting.join((place) => place.set(values));
    expect(brought.own).toBe(0);
    expect(brought.slopes.map((vector) => [...vector])).toEqual([values]);
  }
});
