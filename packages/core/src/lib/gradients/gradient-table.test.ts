import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend, tensorsLeftBy } from '../../../test/backends.ts';
import { type Shape, sizeOf } from '../contract/shape.ts';
import { randomSource } from '../params/seed.ts';
import { differentiate, tidied } from './engine.ts';
import { registerGradients } from './gradient-table.ts';

type Operation = (...inputs: Tensor[]) => Tensor;
interface Case {
  readonly f: Operation;
  /** One shape for each input. */
  readonly shapes: readonly Shape[];
  /** Where the inputs' numbers lie. Default [−1.5, 1.5], with 0.2 around 0 left out, where many derivatives jump. */
  readonly between?: readonly [number, number];
}

/** Numbers that lie at least 0.05 from each other (no ties, no kinks within a step of the differences) and from 0. */
function points(size: number, [low, high]: readonly [number, number], seed: number): number[] {
  const source = randomSource(seed);
  const spread = Array.from({ length: size }, (_, i) => low + ((high - low) * (i + 0.5)) / size);
  const mixed = spread.map((value) => ({ value, order: source.uniform() })).sort((a, b) => a.order - b.order);
  return mixed.map(({ value }) => (Math.abs(value) < 0.1 && low < 0 ? value + (value < 0 ? -0.1 : 0.1) : value));
}

/** Σ w·f(x) on the host in float64, with fixed weights, so that each output counts by its own amount. */
function weighted(f: Operation, inputs: readonly Float32Array[], shapes: readonly Shape[], weights: readonly number[]) {
  const y = tidied(() => f(...inputs.map((values, i) => tf.tensor(values, [...(shapes[i] as Shape)], 'float32'))));
  const values = y.dataSync();
  y.dispose();
  return weights.reduce((sum, weight, i) => sum + weight * (values[i] as number), 0);
}

/** Central differences at two steps, extrapolated to a step of 0 (Richardson): the error falls with h⁴. */
function slope(at: (h: number) => number, h: number): number {
  const central = (step: number) => (at(step) - at(-step)) / (2 * step);
  return (4 * central(h / 2) - central(h)) / 3;
}

function checkGradients({ f, shapes, between = [-1.5, 1.5] }: Case): void {
  const inputs = shapes.map((shape, i) => Float32Array.from(points(sizeOf(shape), between, 17 + i)));
  const source = randomSource(3);
  const outputs = tidied(() => f(...inputs.map((x, i) => tf.tensor(x, [...(shapes[i] as Shape)])))).size;
  const weights = Array.from({ length: outputs }, () => 0.5 + source.uniform());

  const found = tidied(() => {
    const xs = inputs.map((values, i) => tf.tensor(values, [...(shapes[i] as Shape)], 'float32'));
    const loss = () => {
      const y = f(...xs);
      return tf.sum(tf.mul(tf.cast(y, 'float32'), tf.tensor(weights, y.shape)));
    };
    return differentiate(loss, xs).grads.map((gradient, i) => gradient ?? tf.zerosLike(xs[i] as Tensor));
  });
  for (const [i, gradient] of found.entries()) {
    expect(gradient.shape).toEqual(shapes[i]);
    const x = inputs[i] as Float32Array;
    const expected = [...x.keys()].map((k) =>
      slope((h) => {
        const moved = inputs.map((values) => values.slice());
        (moved[i] as Float32Array)[k] = (x[k] as number) + h;
        return weighted(f, moved, shapes, weights);
      }, 1 / 32),
    );
    expectClose(gradient.dataSync(), expected, 3e-4);
    gradient.dispose();
  }
}

const broadcasts: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 1],
    [1, 3],
  ],
  [[], [2, 2]],
  [[2, 2], []],
  [
    [1, 1],
    [2, 2],
  ],
  [
    [2, 1, 2],
    [3, 1],
  ],
];

const binary: Readonly<Record<string, Operation>> = {
  add: (a, b) => tf.add(a as Tensor, b as Tensor),
  sub: (a, b) => tf.sub(a as Tensor, b as Tensor),
  mul: (a, b) => tf.mul(a as Tensor, b as Tensor),
  div: (a, b) => tf.div(a as Tensor, tf.add(b as Tensor, 4)),
  squaredDifference: (a, b) => tf.squaredDifference(a as Tensor, b as Tensor),
  maximum: (a, b) => tf.maximum(a as Tensor, tf.add(b as Tensor, 0.19)),
  minimum: (a, b) => tf.minimum(a as Tensor, tf.add(b as Tensor, 0.19)),
  pow: (a, b) => tf.pow(tf.add(a as Tensor, 3), b as Tensor),
  where: (a, b) => tf.where(tf.greater(a as Tensor, tf.add(b as Tensor, 0.19)), a as Tensor, tf.mul(3, b as Tensor)),
};

type Unary = (x: Tensor) => Tensor;
const unary: Readonly<Record<string, Unary | readonly [Unary, number, number]>> = {
  neg: tf.neg,
  abs: tf.abs,
  exp: tf.exp,
  expm1: tf.expm1,
  log: [tf.log, 0.5, 3],
  log1p: [tf.log1p, -0.5, 3],
  sqrt: [tf.sqrt, 0.5, 3],
  rsqrt: [tf.rsqrt, 0.5, 3],
  square: tf.square,
  reciprocal: [tf.reciprocal, 0.7, 3],
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softplus: tf.softplus,
  relu: tf.relu,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  elu: tf.elu,
  erf: tf.erf,
  sin: tf.sin,
  cos: tf.cos,
  sinh: tf.sinh,
  cosh: tf.cosh,
  asinh: tf.asinh,
  atan: tf.atan,
  'pow of negative numbers': (x) => tf.pow(x, 3),
  'pow of negative numbers to odd and even powers': (x) =>
    tf.pow(
      x,
      tf.tensor2d([
        [1, 2, 3],
        [4, 2, 0],
      ]),
    ),
  'cast to the same type': (x) => tf.mul(x, tf.cast(x, 'float32')),
  'identity (clone)': (x) => tf.square(tf.clone(x)),
  reshape: (x) => tf.square(tf.reshape(x, [3, 2])),
  expandDims: (x) => tf.square(tf.expandDims(x, 1)),
  squeeze: (x) => tf.square(tf.squeeze(tf.reshape(x, [1, 2, 1, 3]))),
  'clipByValue, inside and outside': (x) => tf.clipByValue(tf.square(x), 0.3, 1),
  addN: (x) => tf.addN([x, tf.mul(2, x), tf.square(x)]),
  'concat along axis 0': (x) => tf.square(tf.concat([x, tf.mul(2, x)], 0)),
  'concat along the last axis, said as −1': (x) => tf.square(tf.concat([x, tf.mul(2, x), tf.exp(x)], -1)),
  'stack along each axis': (x) => tf.addN([0, 1, 2].map((axis) => tf.sum(tf.square(tf.stack([x, tf.exp(x)], axis))))),
  unstack: (x) => tf.addN(tf.unstack(x, 0).map((row, i) => tf.mul(i + 1, tf.square(row)))),
  'unstack, one part unused': (x) => tf.square(tf.unstack(x, 1)[1] as Tensor),
  'split into equal parts': (x) => tf.addN(tf.split(x, 3, 1).map((part, i) => tf.mul(i + 1, tf.exp(part)))),
  'split into parts of their own sizes': (x) => tf.addN(tf.split(x, [1, 2], 1).map((part) => tf.sum(tf.exp(part)))),
  slice: (x) => tf.square(tf.slice(x, [1, 0], [1, 2])),
  'slice to the end': (x) => tf.square(tf.slice(x, [0, 1], [-1, -1])),
  pad: (x) =>
    tf.square(
      tf.add(
        1,
        tf.pad(
          x,
          [
            [1, 0],
            [2, 3],
          ],
          0.5,
        ),
      ),
    ),
  tile: (x) => tf.mul(tf.exp(tf.tile(x, [2, 3])), tf.reshape(tf.range(0, 36), [4, 9])),
  'tile of a vector': (x) => tf.exp(tf.tile(tf.reshape(x, [6]), [2])),
  transpose: (x) => tf.exp(tf.transpose(x)),
  'transpose of three axes': (x) => tf.exp(tf.transpose(tf.reshape(x, [3, 1, 2]), [2, 0, 1])),
  reverse: (x) =>
    tf.mul(
      tf.exp(tf.reverse(x, 1)),
      tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
  'reverse of both axes': (x) =>
    tf.mul(
      tf.exp(tf.reverse(x, [0, 1])),
      tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
  'gather of rows, one twice': (x) => tf.exp(tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'))),
  'gather of columns': (x) => tf.exp(tf.gather(x, tf.tensor1d([2, 2, 0], 'int32'), 1)),
  'gather of the middle axis by a matrix': (x) =>
    tf.exp(
      tf.gather(
        tf.reshape(x, [1, 3, 2]),
        tf.tensor2d(
          [
            [2, 0],
            [1, 2],
          ],
          [2, 2],
          'int32',
        ),
        1,
      ),
    ),
  'gather by a negative axis': (x) => tf.exp(tf.gather(x, tf.tensor1d([2, 0], 'int32'), -1)),
  'sum of everything': (x) => tf.square(tf.sum(x)),
  'sum along axis 0': (x) => tf.square(tf.sum(x, 0)),
  'sum along the last axis, kept': (x) => tf.mul(x, tf.sum(x, -1, true)),
  'mean of everything': (x) => tf.square(tf.mean(x)),
  'mean along axis 1': (x) => tf.square(tf.mean(x, 1)),
  'max of everything': (x) => tf.square(tf.max(x)),
  'max along axis 1': (x) => tf.square(tf.max(x, 1)),
  'min along axis 0, kept': (x) => tf.mul(x, tf.min(x, 0, true)),
  'cumsum along axis 0': (x) => tf.exp(tf.cumsum(x, 0)),
  'cumsum along axis 1, exclusive and backwards': (x) => tf.exp(tf.cumsum(x, 1, true, true)),
  'cumsum along axis 1, exclusive': (x) => tf.exp(tf.cumsum(x, 1, true)),
  'cumsum along axis 1, backwards': (x) => tf.exp(tf.cumsum(x, 1, false, true)),
  softmax: (x) => tf.square(tf.softmax(x)),
  'softmax of three axes': (x) => tf.square(tf.softmax(tf.reshape(x, [1, 2, 3]))),
  'where over comparisons of every kind': (x) =>
    tf.addN(
      [tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual].map((compare, i) =>
        tf.where(compare(x, 0.01), tf.mul(i + 1, x), tf.square(x)),
      ),
    ),
  'where over and, or, not': (x) =>
    tf.where(
      tf.logicalOr(tf.logicalAnd(tf.greater(x, -1), tf.less(x, -0.4)), tf.logicalNot(tf.less(x, 0.5))),
      tf.exp(x),
      x,
    ),
  'where over isFinite and isNaN': (x) =>
    tf.where(tf.logicalAnd(tf.isFinite(x), tf.logicalNot(tf.isNaN(x))), tf.exp(x), x),
  'floor, ceil, round, sign and step count as constants': (x) =>
    tf.addN([tf.floor, tf.ceil, tf.round, tf.sign, tf.step].map((jump) => tf.mul(x, jump(tf.add(x, 0.03)) as Tensor))),
  'division to whole numbers counts as a constant': (x) => tf.mul(x, tf.floorDiv(tf.add(x, 5.03), tf.onesLike(x))),
  'zerosLike and onesLike': (x) => tf.mul(tf.add(x, tf.zerosLike(x)), tf.onesLike(x)),
  'the position of the largest as an index': (x) => tf.exp(tf.gather(tf.reshape(x, [6]), tf.argMax(x, 1))),
  'the position of the smallest as an index': (x) => tf.exp(tf.gather(tf.reshape(x, [6]), tf.argMin(x, 1))),
  oneHot: (x) => tf.mul(x, tf.cast(tf.oneHot(tf.argMax(x, 1) as tf.Tensor1D, 3), 'float32')),
};

const products: Readonly<Record<string, readonly [Shape, Shape, boolean, boolean]>> = {
  plain: [[2, 3], [3, 4], false, false],
  'a transposed': [[3, 2], [3, 4], true, false],
  'b transposed': [[2, 3], [4, 3], false, true],
  'both transposed': [[3, 2], [4, 3], true, true],
  'of a batch': [[2, 2, 3], [2, 3, 2], false, false],
  'of a batch, both transposed': [[2, 3, 2], [2, 2, 3], true, true],
  'of a batch with one matrix for all': [[3, 2, 2], [1, 2, 3], false, false],
  'of one matrix with a batch, b transposed': [[1, 2, 2], [3, 3, 2], false, true],
  'of one matrix with a batch of two axes': [[1, 1, 2, 2], [2, 3, 2, 2], true, false],
};

type Registry = Map<string, GradConfig>;
/** tfjs's own list of gradients, which it keeps on the global object for all copies of itself. */
const registry = (): Registry =>
  (globalThis as unknown as { _tfGlobals: Map<string, Registry> })._tfGlobals.get('gradRegistry') as Registry;

describe('the table', () => {
  const used = new Set<string>();
  let entries: string[] = [];

  beforeAll(() => {
    registerGradients();
    entries = [...registry().keys()];
    for (const [name, config] of registry()) {
      const gradFunc: GradConfig['gradFunc'] = (...given) => {
        used.add(name);
        return config.gradFunc(...given);
      };
      registry().set(name, { ...config, gradFunc });
    }
  });
  afterAll(() => {
    expect(entries.filter((name) => !used.has(name))).toEqual([]);
    expect(entries.length).toBeGreaterThan(65);
    registerGradients();
  });

  onEachBackend('first derivatives are those of central differences', () => {
    describe.each(broadcasts)('%j with %j', (a, b) => {
      test.each(Object.keys(binary))('%s', (name) => checkGradients({ f: binary[name] as Operation, shapes: [a, b] }));
    });
    test.each(Object.keys(unary))('%s', (name) => {
      const entry = unary[name] as Unary | readonly [Unary, number, number];
      const [f, low, high] = typeof entry === 'function' ? ([entry, -1.5, 1.5] as const) : entry;
      checkGradients({ f: f as Operation, shapes: [[2, 3]], between: [low, high] });
    });
    test.each(Object.keys(products))('matMul %s', (name) => {
      const [a, b, transposeA, transposeB] = products[name] as readonly [Shape, Shape, boolean, boolean];
      checkGradients({ f: (x, y) => tf.matMul(x as Tensor, y as Tensor, transposeA, transposeB), shapes: [a, b] });
    });
    test('concat and stack of different tensors', () => {
      checkGradients({
        f: (...parts) => tf.square(tf.concat(parts, 1)),
        shapes: [
          [2, 1],
          [2, 3],
          [2, 2],
        ],
      });
      checkGradients({
        f: (...parts) => tf.exp(tf.stack(parts, 1)),
        shapes: [
          [2, 2],
          [2, 2],
          [2, 2],
        ],
      });
    });
  });
});

onEachBackend('further derivatives and edges', () => {
  beforeAll(registerGradients);

  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const seconds: Readonly<Record<string, readonly [Unary, (x: number) => number]>> = {
    tanh: [tf.tanh, (x) => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2)],
    exp: [tf.exp, Math.exp],
    sigmoid: [tf.sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x)) * (1 - 2 * sigmoid(x))],
    softplus: [tf.softplus, (x) => sigmoid(x) * (1 - sigmoid(x))],
    elu: [tf.elu, (x) => (x > 0 ? 0 : Math.exp(x))],
    'log of 1 + x²': [(x) => tf.log(tf.add(1, tf.square(x))), (x) => (2 * (1 - x * x)) / (1 + x * x) ** 2],
    'quotient of polynomials': [(x) => tf.div(1, tf.add(1, tf.square(x))), (x) => (6 * x * x - 2) / (1 + x * x) ** 3],
    asinh: [tf.asinh, (x) => -x / (1 + x * x) ** 1.5],
    'a chain through where': [
      (x) => tf.where(tf.greater(x, 0), tf.exp(x), tf.square(x)),
      (x) => (x > 0 ? Math.exp(x) : 2),
    ],
  };
  test.each(Object.keys(seconds))('the second derivative of %s', (name) => {
    const [f, second] = seconds[name] as readonly [Unary, (x: number) => number];
    const at = [-2, -0.7, -0.1, 0.3, 1.2, 2.5];
    const x = tf.tensor1d(at);
    const first = () => tf.sum(differentiate(() => tf.sum(f(x)), [x]).grads[0] as Tensor);
    const { grads } = differentiate(first, [x]);
    expectClose(numbers(grads[0] as Tensor), at.map(second), 3e-6);
  });

  test('the third derivative of tanh', () => {
    const x = tf.tensor1d([-0.5, 0.4]);
    const derive = (f: () => Tensor) => tf.sum(differentiate(f, [x]).grads[0] as Tensor);
    const { grads } = differentiate(() => derive(() => derive(() => tf.sum(tf.tanh(x)))), [x]);
    const expected = [-0.5, 0.4].map((at) => {
      const t = Math.tanh(at);
      return (1 - t * t) * (6 * t * t - 2);
    });
    expectClose(numbers(grads[0] as Tensor), expected, 3e-6);
  });

  test('gradients of bounded functions are finite far out', () => {
    const far = [-1e30, -1e6, -1e3, -89, 0, 89, 1e3, 1e6, 1e30];
    for (const f of [tf.tanh, tf.sigmoid, tf.softplus, tf.elu, tf.asinh, tf.atan, tf.relu, tf.erf]) {
      const x = tf.tensor1d(far);
      const { grads } = differentiate(() => tf.sum(f(x)), [x]);
      expect(numbers(grads[0] as Tensor).every(Number.isFinite)).toBe(true);
    }
  });

  test('a branch that where does not take passes no gradient on', () => {
    const x = tf.tensor1d([-1, 4]);
    const safe = () => tf.where(tf.greater(x, 0), tf.sqrt(tf.maximum(x, 1e-12)), tf.zerosLike(x));
    expectClose(numbers(differentiate(() => tf.sum(safe()), [x]).grads[0] as Tensor), [0, 0.25], 1e-6);
  });

  test('an empty batch gives parameters a gradient of zeros', () => {
    // Fills memory that is then given back, so that whatever is not written to shows.
    for (const held of Array.from({ length: 50 }, (_, i) => tf.fill([4], 7 + i))) held.dispose();
    const x = tf.zeros([0, 4]);
    const [bias, gain] = [tf.ones([4]), tf.ones([1, 4])];
    const loss = () => tf.sum(tf.add(tf.mul(x, gain), bias));
    const { grads } = differentiate(loss, [bias, gain]);
    for (const gradient of grads) expect(numbers(gradient as Tensor)).toEqual([0, 0, 0, 0]);
  });

  test('a tensor used many times gets the sum of its gradients', () => {
    const x = tf.tensor1d([2, 3]);
    const { grads } = differentiate(() => tf.sum(tf.mul(tf.mul(x, x), tf.add(x, x))), [x]);
    expectClose(numbers(grads[0] as Tensor), [24, 54], 1e-6);
  });

  test('gradients leave no tensor behind', () => {
    const [x, w] = [tf.ones([5, 3]), tf.ones([3, 2])] as [tf.Tensor2D, tf.Tensor2D];
    const step = () => {
      const loss = () =>
        tf.mean(tf.softplus(tf.where(tf.greater(tf.matMul(x, w), 0), tf.matMul(x, w), tf.zeros([5, 2]))));
      const { value, grads } = differentiate(() => tidied(loss), [x, w]);
      for (const tensor of [value, ...grads]) tensor?.dispose();
    };
    step();
    expect(tensorsLeftBy(step)).toBe(0);
  });

  test('registering again does no harm, nor does a second copy of the table', () => {
    const before = tf.getGradient('Tanh');
    registerGradients();
    expect(tf.getGradient('Tanh')).toBe(before);
    for (const name of ['FloorDiv', 'Tanh']) {
      tf.registerGradient({ ...(tf.getGradient(name) as GradConfig) });
    }
    registerGradients();
    const x = tf.tensor1d([0.5]);
    const { grads } = differentiate(() => tf.sum(tf.tanh(x)), [x]);
    expectClose(numbers(grads[0] as Tensor), [1 - Math.tanh(0.5) ** 2], 1e-6);
  });
});
