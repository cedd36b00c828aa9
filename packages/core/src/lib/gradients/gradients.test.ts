import { add, exp, mul, square, sum, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { numbers, onEachBackend, refusal, tensorsLeftBy } from '../../../test/backends.ts';
import { leaf } from '../params/params.ts';
import { gradients } from './gradients.ts';

const layout = {
  a: leaf([2]),
  unused: leaf([3]),
  fixed: leaf([2], { trainable: false }),
  count: leaf([1], { dtype: 'int32' }),
};
const params = () => ({
  a: tensor1d([1, 2]),
  unused: zeros([3]) as Tensor,
  fixed: tensor1d([5, 5]),
  count: tensor1d([4], 'int32'),
});
type P = ReturnType<typeof params>;
const loss = ({ a, fixed }: P): Tensor => sum(mul(square(a), fixed));

onEachBackend('gradients of a parameter tree', () => {
  test('come by path and in file order, with zeros where the loss does not reach and nothing for fixed leaves', () => {
    const { value, gradients: found } = gradients(layout, params(), loss);
    expect(numbers(value)).toEqual([25]);
    expect(found.map(({ path }) => path)).toEqual(['a', 'unused']);
    expect(found.map(({ tensor }) => numbers(tensor))).toEqual([
      [10, 20],
      [0, 0, 0],
    ]);
  });

  test('a loss that touches nothing has zeros for all', () => {
    const { gradients: found } = gradients(layout, params(), () => sum(tensor1d([3])));
    expect(found.flatMap(({ tensor }) => numbers(tensor))).toEqual([0, 0, 0, 0, 0]);
  });

  test('frozen paths are left out', () => {
    const { gradients: found } = gradients(layout, params(), loss, { freeze: (path) => path === 'a' });
    expect(found.map(({ path }) => path)).toEqual(['unused']);
  });

  test('nothing to train is an error, and so is a leaf that has not started', () => {
    expect(refusal(() => gradients(layout, params(), loss, { freeze: () => true })).code).toBe('PARAMETERS');
    const late = { late: leaf([1], { fromData: true }) };
    const { code, message } = refusal(() => gradients(late, { late: null }, () => zeros([])));
    expect([code, message]).toEqual(['UNSTARTED', expect.stringContaining("'late'")]);
  });

  test('only what is returned is left, and nothing when the loss throws', () => {
    const tree = params();
    const left = tensorsLeftBy(() => gradients(layout, tree, ({ a }) => sum(exp(add(a, a)))));
    expect(left).toBe(3);
    const failing = () =>
      expect(() =>
        gradients(layout, tree, ({ a }) => {
          exp(square(a));
          throw new RangeError('stop');
        }),
      ).toThrow('stop');
    expect(tensorsLeftBy(failing)).toBe(0);
  });
});
