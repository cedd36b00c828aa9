import { cast, complex, getBackend, oneHot, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { numbers, onEachBackend, refusal } from '../../../test/backends.ts';
import { requireContext, requireData } from '../../arguments.ts';

const model = { eventShape: [2], contextShape: [3] };

onEachBackend('what a flow takes', () => {
  it('is float32, the same tensor; int32 and bool become it', () => {
    const x = tensor([1, 0, 0, 1], [2, 2]);
    expect(requireData(model, x)).toBe(x);
    for (const dtype of ['int32', 'bool'] as const) {
      const made = requireData(model, cast(x, dtype));
      expect(made.dtype).toBe('float32');
      expect(numbers(made)).toEqual([1, 0, 0, 1]);
    }
  });

  it('is a tensor of real numbers that has not been disposed', () => {
    const gone = tensor([1, 2], [1, 2]);
    gone.dispose();
    const refused = (x: unknown) => refusal(() => requireData(model, x, 'the validation data'));
    expect(refused(tensor(['a', 'b'], [1, 2], 'string')).message).toMatch('the validation data must be of float32');
    if (getBackend() === 'cpu') expect(refused(complex([[1, 2]], [[1, 2]])).message).toMatch('got complex64');
    expect(refused(gone).message).toMatch('has been disposed');
    expect(refused([[1, 2]]).message).toMatch('tf.tensor2d(rows)');
    expect(refused({ values: new Float32Array(2), count: 1, eventShape: [2] }).message).toMatch('toTensor(rows)');
    for (const x of [undefined, null, 3, 'rows', {}]) expect(refused(x).code).toBe('DATA');
    expect(refused(tensor([1, 2, 3], [1, 3])).code).toBe('SHAPE');
  });

  it('has a context for each row, or one for all', () => {
    const labels = oneHot(tensor1d([2, 0], 'int32'), 3);
    const each = requireContext(model, labels, 2) as Tensor;
    expect([each.dtype, ...numbers(each)]).toEqual(['float32', 0, 0, 1, 1, 0, 0]);
    const one = requireContext(model, tensor1d([0, 1, 0], 'bool'), 2) as Tensor;
    expect([one.dtype, ...numbers(one)]).toEqual(['float32', 0, 1, 0, 0, 1, 0]);
    expect(requireContext({ contextShape: null }, undefined, 2)).toBeUndefined();
    for (const context of [undefined, null, [1, 0, 0], labels.toString(), tensor1d(['a'], 'string')]) {
      expect(refusal(() => requireContext(model, context, 2)).code).toBe('CONTEXT');
    }
    expect(refusal(() => requireContext(model, labels, 3)).message).toMatch('one row for each of the 3 rows');
  });
});
