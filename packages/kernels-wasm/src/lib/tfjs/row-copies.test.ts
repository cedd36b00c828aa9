import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { add, concat, gather, mul, slice, split, sum, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { heapGrowth } from '../../../test/heap.ts';
import { describeBuilds } from '../../../test/with-build.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

/** Every place of a tensor of this shape, as its indices. */
const places = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (all, size) => all.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );

/** The number of `tensor` at a place. */
function reader(tensor: Tensor): (place: readonly number[]) => number {
  const values = tensor.dataSync();
  return (place) => values[place.reduce((at, index, axis) => at * (tensor.shape[axis] as number) + index, 0)] as number;
}

function expectEach(result: Tensor, expected: (place: readonly number[]) => number): void {
  expect([...result.dataSync()]).toEqual(places(result.shape).map(expected));
}

describeBuilds('copies of rows', () => {
  beforeAll(() => registerGradients());

  test('slices of any shape, cut along any axes', () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), fc.integer(), (shape, draws, seed) => {
        tidied(() => {
          const x = normal(shape, seed);
          // About half of the axes stay whole.
          const begin = shape.map((size, axis) => ((draws[axis] as number) % 2 ? 0 : (draws[axis] as number) % size));
          const size = shape.map((length, axis) =>
            (draws[axis] as number) % 2
              ? length
              : 1 + ((draws[axis + 4] as number) % (length - (begin[axis] as number))),
          );
          const at = reader(x);
          expectEach(slice(x, begin, size), (place) => at(place.map((index, axis) => index + (begin[axis] as number))));
        });
      }),
    );
  });

  test('splits and joins along any axis, which undo each other', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), fc.integer(), (shape, where, cut, seed) => {
        tidied(() => {
          const axis = where % shape.length;
          const x = normal(shape, seed);
          const first = cut % ((shape[axis] as number) + 1);
          const parts = split(x, [first, (shape[axis] as number) - first], axis);
          const at = reader(x);
          for (const [i, part] of parts.entries()) {
            expectEach(part, (place) => at(place.map((index, d) => index + (d === axis && i === 1 ? first : 0))));
          }
          const joined = concat([...parts, x], axis);
          expectEach(
            slice(
              joined,
              shape.map(() => 0),
              shape,
            ),
            at,
          );
          expect(joined.shape[axis]).toBe(2 * (shape[axis] as number));
        });
      }),
    );
  });

  test('gathers of rows in any order, as often as asked for', () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.nat(), { maxLength: 12 }), fc.integer(), (shape, draws, seed) => {
        tidied(() => {
          const x = normal(shape, seed);
          const rows = draws.map((draw) => draw % (shape[0] as number));
          const at = reader(x);
          const found = gather(x, tensor1d(rows, 'int32'));
          expect(found.shape).toEqual([rows.length, ...shape.slice(1)]);
          expectEach(found, ([row, ...rest]) => at([rows[row as number] as number, ...rest]));
        });
      }),
    );
  });

  test('what is not a run of float32 numbers is copied as before', () => {
    tidied(() => {
      const whole = tensor1d([3, 1, 2], 'int32');
      expect([...slice(whole, [1], [2]).dataSync()]).toEqual([1, 2]);
      expect(concat([whole, whole]).dtype).toBe('int32');
      expect([...gather(whole, tensor1d([2, 0], 'int32')).dataSync()]).toEqual([2, 3]);
      expect([...gather(normal([2, 3], 1), tensor1d([2, 0], 'int32'), 1).shape]).toEqual([2, 2]);
      expect(concat([zeros([2, 0]), normal([2, 3], 1)], 1).shape).toEqual([2, 3]);
      expect(slice(zeros([0, 4]), [0, 1], [0, 2]).shape).toEqual([0, 2]);
    });
  });

  test('rows that there are none of are refused', () => {
    const [x, outside] = [normal([3, 2], 1), tensor1d([0, 3], 'int32')];
    expect(() => gather(x, outside)).toThrow('index value 3 is not in [0, 2]');
  });

  test('have their gradients, and leave nothing behind, in tensors or in the heap', () => {
    const x = normal([5, 3, 4], 1);
    const step = () =>
      tidied(() => {
        const { grads } = differentiate(() => {
          const [a, b] = split(x, [1, 3], 2) as [Tensor, Tensor];
          return add(sum(mul(a, 2)), sum(mul(concat([b, slice(x, [0, 0, 1], [5, 3, 1])], 2), 3)));
        }, [x]);
        return [...(grads[0] as Tensor).dataSync().slice(0, 4)];
      });
    expect(step()).toEqual([2, 6, 3, 3]);
    expect(countTensors(step)).toBe(0);
    expect(heapGrowth(step, 500)).toBe(0);
  });
});
