import { normal } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { installMatchers } from '@diffeo/testing/vitest';
import { tensor, tensor1d, unsortedSegmentSum } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeBuilds } from '../../test/with-build.ts';

installMatchers();

const cases = fc.record({
  ids: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 12 }),
  inner: fc.array(fc.constantFrom(1, 2, 3, 5, 16), { maxLength: 2 }),
  seed: fc.integer(),
});

describeBuilds('segment sums', () => {
  test('add up the rows of each segment, for any ids and shapes', () => {
    fc.assert(
      fc.property(cases, ({ ids, inner, seed }) => {
        tidied(() => {
          const x = normal([ids.length, ...inner], seed);
          const width = inner.reduce<number>((product, size) => product * size, 1);
          const expected = new Float32Array(7 * width);
          for (const [at, value] of x.dataSync().entries()) {
            const place = (ids[Math.floor(at / width)] as number) * width + (at % width);
            expected[place] = (expected[place] as number) + value;
          }
          const sums = unsortedSegmentSum(x, tensor1d(ids, 'int32'), 7);
          expect(sums.shape).toEqual([7, ...inner]);
          expect(sums).toBeCloseToTensor(expected);
        });
      }),
    );
  });

  test('rows of no segment count nowhere', () => {
    tidied(() => {
      const sums = unsortedSegmentSum(tensor([1, 2, 4]), tensor1d([-1, 0, 5], 'int32'), 2);
      expect([...sums.dataSync()]).toEqual([2, 0]);
    });
  });
});
