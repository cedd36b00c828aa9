import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  cast,
  gather,
  mul,
  round,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { growHeap, heapGrowth } from '../../../test/heap.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

const cases = fc.record({
  ids: fc.array(fc.integer({ min: -1, max: 7 }), { maxLength: 12 }),
  inner: fc.array(fc.constantFrom(0, 1, 2, 3, 5, 16), { maxLength: 2 }),
  dtype: fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const),
  grows: fc.integer({ min: 0, max: 20 }).map((draw) => draw === 0),
  seed: fc.integer(),
});

describeBuilds('segment sums', () => {
  beforeAll(() => registerGradients());

  test('add up the rows of each segment, for any ids, shapes and types', () => {
    let growths = 0;
    fc.assert(
      fc.property(cases, ({ ids, inner, dtype, grows, seed }) => {
        tidied(() => {
          const drawn = normal([ids.length, ...inner], seed);
          const x: Tensor = dtype === 'float32' ? drawn : cast(round(mul(drawn, dtype === 'bool' ? 1 : 1000)), dtype);
          const places = tensor1d(ids, 'int32');
          const width = inner.reduce<number>((product, size) => product * size, 1);
          const expected = new Float32Array(7 * width);
          for (const [at, value] of x.dataSync().entries()) {
            const id = ids[Math.floor(at / width)] as number;
            const place = id * width + (at % width);
            if (id >= 0 && id < 7) expected[place] = (expected[place] as number) + value;
          }
          if (grows && growths++ < 3) growHeap();
          const sums = unsortedSegmentSum(x, places, 7);
          expect(sums.shape).toEqual([7, ...inner]);
          expect(sums.dtype).toBe(dtype === 'float32' ? 'float32' : 'int32');
          if (dtype === 'float32') expect(sums).toBeCloseToTensor(expected);
          else expect([...sums.dataSync()]).toEqual([...expected]);
        });
      }),
      { numRuns: 200 },
    );
  });

  test('of whole numbers are exact, also of those that float32 does not know', () => {
    tidied(() => {
      const sums = unsortedSegmentSum(tensor1d([2 ** 24, 1, -7], 'int32'), tensor1d([0, 0, 1], 'int32'), 2);
      expect([...sums.dataSync()]).toEqual([2 ** 24 + 1, -7]);
    });
  });

  test('rows of no segment count nowhere', () => {
    tidied(() => {
      const sums = unsortedSegmentSum(tensor([1, 2, 4]), tensor1d([-1, 0, 5], 'int32'), 2);
      expect([...sums.dataSync()]).toEqual([2, 0]);
    });
  });

  test('leave nothing behind, in tensors or in the heap', () => {
    const [x, ids] = [normal([65, 3], 1), tensor1d([...Array(33).keys()], 'int32')];
    const whole = cast(mul(x, 100), 'int32');
    const step = () =>
      tidied(() => {
        differentiate(() => sum(mul(gather(x, ids), gather(x, ids))), [x]);
        unsortedSegmentSum(whole, cast(tensor1d([...Array(65).keys()]), 'int32'), 9);
      });
    expect(countTensors(step)).toBe(0);
    expect(heapGrowth(step, 1000)).toBe(0);
  });
});
