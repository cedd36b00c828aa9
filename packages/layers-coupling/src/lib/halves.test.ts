import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { DiffeoError, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { installMatchers } from '@diffeo/testing/vitest';
import { reshape, setBackend, tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { halves } from './halves.ts';
import { type Mask, partition } from './mask.ts';

installMatchers();
const fail = (message: string): never => {
  throw new DiffeoError('SHAPE', message);
};

const cases = fc.record({
  mask: fc.oneof(
    fc.constantFrom<Mask>('halves', 'alternating', { keep: [] }, { keep: [0] }),
    fc.record({ random: fc.nat() }),
  ),
  swap: fc.boolean(),
  rows: fc.integer({ min: 1, max: 4 }),
  eventShape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
});

describe.each(['cpu', 'wasm'])('halves on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test('take the columns of the partition, and join what was split, bit for bit, for any shape', () => {
    fc.assert(
      fc.property(cases, ({ mask, swap, rows, eventShape }) => {
        const size = sizeOf(eventShape);
        const listed = typeof mask === 'object' && 'keep' in mask;
        fc.pre(!listed || (!swap && mask.keep.length < size));
        const parts = partition(mask, swap, size, fail);
        const { split, join } = halves(parts, eventShape);
        const numbers = Array.from({ length: rows * size }, (_, i) => i + 0.1);
        const taken = (side: readonly number[]) =>
          Array.from({ length: rows }, (_, row) => side.map((d) => row * size + d + 0.1)).flat();
        tidied(() => {
          const x = tensor(numbers, [rows, ...eventShape]);
          const { kept, changed } = split(x);
          expect([kept.shape, changed.shape]).toEqual([
            [rows, parts.keep.length],
            [rows, parts.change.length],
          ]);
          expect(kept).toBeCloseToTensor(Float32Array.from(taken(parts.keep)), 0);
          expect(changed).toBeCloseToTensor(Float32Array.from(taken(parts.change)), 0);
          expect(join(kept, changed)).toBeCloseToTensor(reshape(x, [rows, ...eventShape]), 0);
        });
      }),
      { numRuns: 100 },
    );
  });
});
