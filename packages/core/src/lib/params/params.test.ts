import { add, memory, scalar, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { numbers, onEachBackend, refusal, writeInPlace } from '../../../test/backends.ts';
import { copyParams } from './copy-params.ts';
import { buildParams, countParams, disposeParams, leaf, leaves, mapParams, requireStarted } from './params.ts';

const inner = leaf([1, 3], { trainable: false });
const layout = {
  b: [leaf([2]), { inner }],
  a: leaf([2, 2], { dtype: 'int32' }),
  late: leaf([4], { fromData: true }),
  none: {},
};
const paths = ['b.0', 'b.1.inner', 'a', 'late'];
const made = () => ({
  b: [tensor1d([1, 2]), { inner: tensor2d([[3, 4, 5]]) }],
  a: tensor2d([6, 7, 8, 9], [2, 2], 'int32'),
  late: null,
  none: {},
});

describe('leaf', () => {
  test('is trainable float32 unless said otherwise', () => {
    expect(leaf([3])).toEqual({
      $leaf: true,
      shape: [3],
      dtype: 'float32',
      trainable: true,
      fromData: false,
      role: 'bias',
    });
    expect([leaf([3, 1]).role, leaf([3], { role: 'scale' }).role]).toEqual(['weight', 'scale']);
  });
  test('whole numbers are never trainable', () => {
    expect(leaf([3], { dtype: 'int32', trainable: true }).trainable).toBe(false);
  });
});

onEachBackend('parameter trees', () => {
  test('leaves come in the order in which the layout names them, with their paths', () => {
    const found = leaves(layout, made());
    expect(found.map(({ path }) => path)).toEqual(paths);
    expect(found.map(({ tensor }) => tensor && numbers(tensor))).toEqual([[1, 2], [3, 4, 5], [6, 7, 8, 9], null]);
    expect(found[1]?.leaf).toBe(inner);
  });

  test('a layout of one leaf has the empty path, and names below it begin without a dot', () => {
    expect(leaves(leaf([]), scalar(1)).map(({ path }) => path)).toEqual(['']);
    expect(leaves([leaf([])], [scalar(1)]).map(({ path }) => path)).toEqual(['0']);
  });

  test('mapParams keeps the tree and its null leaves', () => {
    const mapped = mapParams(layout, made(), (tensor) => tensor && add(tensor, scalar(1, tensor.dtype as 'int32')));
    expect(numbers(mapped.b[0] as Tensor)).toEqual([2, 3]);
    expect(mapped.late).toBeNull();
    expect(mapped.none).toEqual({});
    expect(Array.isArray(mapped.b)).toBe(true);
  });

  test('buildParams makes the tree from the paths', () => {
    const seen: string[] = [];
    const tree = buildParams<ReturnType<typeof made>>(layout, (path) => {
      seen.push(path);
      return null;
    });
    expect(seen).toEqual(paths);
    expect(tree).toEqual({ b: [null, { inner: null }], a: null, late: null, none: {} });
  });

  test('a copy stays what it was when the source is written in place or disposed', () => {
    const source = tensor1d([1, -0, 3]);
    const copy = copyParams([leaf([3])], [source])[0] as Tensor;
    expect(copy.dataId).not.toBe(source.dataId);
    writeInPlace(source, 0, 100);
    expect(numbers(source)).toEqual([100, -0, 3]);
    expect(numbers(copy)).toEqual([1, -0, 3]);
    source.dispose();
    expect(numbers(copy)).toEqual([1, -0, 3]);
  });

  test('a copy keeps the numbers to the bit: -0, the smallest, the largest, whole numbers', () => {
    const values = [-0, 1e-45, -1.17e-38, 3.4e38, Infinity, -Infinity];
    const copy = copyParams(
      [leaf([6]), leaf([3], { dtype: 'int32' })],
      [tensor1d(values), tensor1d([-(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1], 'int32')],
    ) as Tensor[];
    expect(numbers(copy[0] as Tensor)).toEqual(values.map(Math.fround));
    expect(numbers(copy[1] as Tensor)).toEqual([-(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1]);
    expect(copy[1]?.dtype).toBe('int32');
  });

  test('copyParams makes one tensor for each leaf, disposeParams gives them back', () => {
    const params = made();
    const before = memory().numTensors;
    const copy = copyParams(layout, params);
    expect(memory().numTensors - before).toBe(3);
    expect(copy.late).toBeNull();
    disposeParams(layout, copy);
    expect(memory().numTensors).toBe(before);
    expect(numbers(params.a)).toEqual([6, 7, 8, 9]);
    disposeParams(layout, params);
  });

  test('counting takes all leaves, the trainable ones or the others', () => {
    expect(countParams(layout)).toBe(2 + 3 + 4 + 4);
    expect(countParams(layout, { trainable: true })).toBe(2 + 4);
    expect(countParams(layout, { trainable: false })).toBe(3 + 4);
    expect(countParams({})).toBe(0);
  });

  test('a leaf that has not started is refused by path, whoever asks by name', () => {
    const { code, message } = refusal(() => requireStarted(layout, made(), 'layers.2 (x/y)'));
    expect(code).toBe('UNSTARTED');
    expect(message).toContain("layers.2 (x/y): 'late'");
    requireStarted(layout, { ...made(), late: tensor1d([1, 2, 3, 4]) }, 'ok');
  });
});

test('leaves and options that are none are refused', () => {
  for (const shape of [undefined, 3, [-1], [0.5], 'a']) {
    expect(refusal(() => leaf(shape as never)).message).toMatch(
      'leaf: the shape must be a list of whole numbers; got ',
    );
  }
  expect(refusal(() => leaf([2], { trainble: false } as never)).message).toMatch("did you mean 'trainable'?");
  expect(refusal(() => leaf([2], { dtype: 'int' } as never)).message).toMatch(
    "dtype must be one of 'float32', 'int32'",
  );
  expect(refusal(() => countParams(layout, { fixed: true } as never)).message).toMatch("no option 'fixed'");
});
