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
