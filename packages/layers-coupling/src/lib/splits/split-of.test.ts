import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { DiffeoError, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { installMatchers } from '@diffeo/testing/vitest';
import { reshape, setBackend, tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Mask, partition } from './mask.ts';
import { splitOf } from './split-of.ts';

installMatchers();
const fail = (message: string): never => {
  throw new DiffeoError('SHAPE', message);
};

const cases = fc.record({
  mask: fc.oneof(
    fc.constantFrom<Mask>('halves', 'alternating', { identityColumns: [] }, { identityColumns: [0] }),
    fc.record({ random: fc.nat() }),
  ),
  swap: fc.boolean(),
  rows: fc.integer({ min: 1, max: 4 }),
  eventShape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
});

describe.each(['cpu', 'wasm'])('a split on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test('takes the columns of the partition, and merges what was split, bit for bit, for any shape', () => {
    fc.assert(
      fc.property(cases, ({ mask, swap, rows, eventShape }) => {
        const size = sizeOf(eventShape);
        const listed = typeof mask === 'object' && 'identityColumns' in mask;
        fc.pre(!listed || (!swap && mask.identityColumns.length < size));
        const { identityColumns, transformedColumns } = partition(mask, swap, size, fail).columns();
        const { split, merge, inputShape, outputShape } = splitOf(mask, swap, { eventShape, fail });
        const numbers = Array.from({ length: rows * size }, (_, i) => i + 0.1);
        const taken = (side: readonly number[]) =>
          Array.from({ length: rows }, (_, row) => side.map((d) => row * size + d + 0.1)).flat();
        tidied(() => {
          const x = tensor(numbers, [rows, ...eventShape]);
          const { identity, transformed } = split(x);
          expect([identity.shape, transformed.shape]).toEqual([
            [rows, ...inputShape],
            [rows, ...outputShape(1)],
          ]);
          expect(identity).toBeCloseToTensor(Float32Array.from(taken(identityColumns)), 0);
          expect(transformed).toBeCloseToTensor(Float32Array.from(taken(transformedColumns)), 0);
          expect(merge(identity, transformed)).toBeCloseToTensor(reshape(x, [rows, ...eventShape]), 0);
        });
      }),
      { numRuns: 100 },
    );
  });
});
