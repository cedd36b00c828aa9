import { DiffeoError } from '@diffeo/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Mask, partition } from './mask.ts';

const fail = (message: string): never => {
  throw new DiffeoError('SHAPE', message);
};
const range = (size: number): number[] => [...Array(size).keys()];
const masks = fc.oneof(
  fc.constantFrom<Mask>('halves', 'alternating'),
  fc.record({ random: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
);

describe('partition', () => {
  test('puts each dimension on one side; both sides ascend, and none is empty from two dimensions on', () => {
    fc.assert(
      fc.property(masks, fc.boolean(), fc.integer({ min: 2, max: 40 }), (mask, swap, size) => {
        const { identityColumns, transformedColumns } = partition(mask, swap, size, fail).columns();
        const ascending = (a: number, b: number) => a - b;
        expect([...identityColumns, ...transformedColumns].sort(ascending)).toEqual(range(size));
        for (const side of [identityColumns, transformedColumns]) {
          expect(side).toEqual([...side].sort(ascending));
          expect(side.length).toBeGreaterThanOrEqual(Math.floor(size / 2));
        }
      }),
    );
  });

  test('swap exchanges the sides', () => {
    fc.assert(
      fc.property(masks, fc.integer({ min: 2, max: 40 }), (mask, size) => {
        const { identityColumns, transformedColumns } = partition(mask, false, size, fail).columns();
        expect(partition(mask, true, size, fail).columns()).toEqual({
          identityColumns: transformedColumns,
          transformedColumns: identityColumns,
        });
      }),
    );
  });

  test.each([
    ['halves', 4, [0, 1]],
    ['halves', 5, [0, 1, 2]],
    ['alternating', 4, [0, 2]],
    ['alternating', 5, [0, 2, 4]],
    [{ identityColumns: [3, 1] }, 4, [1, 3]],
    [{ identityColumns: [] }, 3, []],
    [{ identityColumns: [] }, 1, []],
  ] as const)('%j of %i dimensions keeps %j', (mask, size, keep) => {
    const copy = (typeof mask === 'string' ? mask : { identityColumns: [...mask.identityColumns] }) as Mask;
    expect(partition(copy, false, size, fail).columns().identityColumns).toEqual(keep);
  });

  test('random halves hold dimension 0, differ from seed to seed, and repeat', () => {
    const drawn = range(20).map((seed) => partition({ random: seed }, false, 12, fail).columns().identityColumns);
    for (const keep of drawn) expect([keep.length, keep[0]]).toEqual([6, 0]);
    expect(new Set(drawn.map(String)).size).toBeGreaterThan(15);
    expect(partition({ random: 7 }, false, 12, fail).columns().identityColumns).toEqual(drawn[7]);
    // Each other dimension is as often on the one side as on the other.
    const together = range(12).map((d) => drawn.filter((keep) => keep.includes(d)).length);
    for (const count of together.slice(1)) expect(count).toBeLessThan(18);
  });

  test('how many stay depends on the size alone: of an odd number the larger half, wherever it is drawn', () => {
    for (const mask of ['halves', 'alternating', ...range(10).map((random) => ({ random }))] as const) {
      const { identityCount, transformedCount, columns } = partition(mask, false, 7, fail);
      expect([identityCount, transformedCount]).toEqual([4, 3]);
      expect(columns().identityColumns).toHaveLength(4);
    }
  });

  test('nothing is listed before it is needed: partitions of 2²⁴ dimensions cost nothing', () => {
    const begin = process.cpuUsage();
    const masks: readonly Mask[] = ['halves', 'alternating', { random: 3 }, { identityColumns: [5] }];
    for (let i = 0; i < 25; i++) for (const mask of masks) partition(mask, i % 2 === 1, 2 ** 24 - (i % 3), fail);
    // With their lists a hundred of them take minutes.
    expect(process.cpuUsage(begin).user).toBeLessThan(5e6); // microseconds of work, whatever else the machine does
  });

  test('of a list that cannot be, the message shows the beginning', () => {
    const identityColumns = Array.from({ length: 10_000 }, () => 0);
    expect(() => partition({ identityColumns }, false, 4, fail)).toThrow(/^the mask keeps \[(0, ){20}…\], which must/);
  });

  test('all of one dimension changes', () => {
    fc.assert(
      fc.property(masks, fc.boolean(), (mask, swap) => {
        expect(partition(mask, swap, 1, fail).columns()).toEqual({ identityColumns: [], transformedColumns: [0] });
      }),
    );
  });

  test.each([
    [
      'a dimension twice',
      { identityColumns: [0, 0] },
      false,
      4,
      /keeps \[0, 0\], which must be different dimensions from 0 to 3/,
    ],
    ['a dimension that is not there', { identityColumns: [4] }, false, 4, /keeps \[4\].*from 0 to 3/],
    ['every dimension', { identityColumns: [0, 1] }, false, 2, /keeps every dimension/],
    ['the only dimension', { identityColumns: [0] }, false, 1, /keeps every dimension/],
    ['every dimension, by swap', { identityColumns: [] }, true, 2, /keeps every dimension/],
  ])('a mask that keeps %s is refused', (_, mask, swap, size, message) => {
    expect(() => partition(mask, swap, size, fail)).toThrow(message);
  });
});
