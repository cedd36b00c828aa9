import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { affineTransform, elementwise } from '@diffeo/ops';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, mul, sum, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { growHeap, heapGrowth } from '../../../test/heap.ts';
import { plainAffine } from '../../../test/plain-affine.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

const affine = (x: Tensor, raw: Tensor, bound: number, direction: 'forward' | 'inverse') =>
  elementwise(affineTransform(bound), x, raw, direction);

const directions = ['forward', 'inverse'] as const;

const cases = fc.record({
  batch: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(130)),
  size: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(32)),
  bound: fc.constantFrom(0.1, 1, 3, 20),
  grows: fc.integer({ min: 0, max: 20 }).map((draw) => draw === 0),
  direction: fc.constantFrom(...directions),
  seed: fc.integer(),
});

describeBuilds('the affine transform', () => {
  beforeAll(() => registerGradients());

  test('has the value, log-determinant and gradients of its composition', () => {
    let growths = 0;
    fc.assert(
      fc.property(cases, ({ batch, size, bound, direction, grows, seed }) => {
        tidied(() => {
          const [x, raw] = [normal([batch, size], seed), normal([batch, 2 * size], seed + 1)];
          const [dy, dLog] = [normal([batch, size], seed + 2), normal([batch], seed + 3)];
          const run = (map: typeof affine) => {
            const { value, logDet } = map(x, raw, bound, direction);
            const weighted = () => {
              const result = map(x, raw, bound, direction);
              // What the gradient reads was written before every view of the heap was detached.
              if (map === affine && grows && growths++ < 3) growHeap();
              return add(sum(mul(result.value, dy)), sum(mul(result.logDet, dLog)));
            };
            return [value, logDet, ...differentiate(weighted, [x, raw]).grads] as Tensor[];
          };
          const slow = run(plainAffine);
          for (const [i, result] of run(affine).entries()) {
            if (slow[i]?.size) expect(result).toBeCloseToTensor(slow[i] as Tensor, 1e-4);
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  test.each(directions)('%s: what is far out stays finite, with a finite gradient', (direction) => {
    tidied(() => {
      const [x, raw] = [tensor2d([[1e3, -1e3]]), tensor2d([[1e4, -1e4, 1e3, -1e3]])];
      const { value, logDet } = affine(x, raw, 3, direction);
      expect(value).toBeFiniteTensor();
      expect(logDet).toBeCloseToTensor([0], 1e-6);
      for (const gradient of differentiate(() => sum(affine(x, raw, 3, direction).value), [x, raw]).grads) {
        expect(gradient).toBeFiniteTensor();
      }
    });
  });

  test('leaves nothing behind, in tensors or in the heap', () => {
    const [x, raw] = [normal([33, 3], 1), normal([33, 6], 2)];
    const step = () =>
      tidied(() => {
        differentiate(() => sum(affine(x, raw, 3, 'inverse').value), [x, raw]);
      });
    expect(countTensors(step)).toBe(0);
    expect(heapGrowth(step, 1000)).toBe(0);
  });
});
