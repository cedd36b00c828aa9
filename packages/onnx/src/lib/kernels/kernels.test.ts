import { type Definition, defineLayer, flow, normal, type Shape } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { onnxError } from '../../../test/lib/onnx-error.ts';
import { exportOnnx } from '../export-onnx.ts';
import { kernels } from './kernels.ts';

beforeAll(async () => {
  await useWasm();
});

type Map = (x: Tensor) => Tensor;

/** A model whose one layer maps data of a shape. */
function modelOf(map: Map, eventShape: Shape, baseShape: Shape = eventShape) {
  const mapped = (_: unknown, x: Tensor) => ({ value: map(x), logDet: tf.zeros([x.shape[0] as number]) });
  const layer: Definition<'layer'> = defineLayer({
    type: 'test/map',
    version: 1,
    schema: strictObject({}),
    build: () => ({
      eventShape,
      baseShape,
      contextShape: null,
      layout: {},
      init: () => ({}),
      forward: mapped,
      inverse: mapped,
    }),
  });
  return flow({ eventShape, layers: [layer()] });
}

const numbers =
  (map: Map): Map =>
  (x) =>
    tf.cast(map(x), 'float32');
const whole = (x: Tensor): Tensor => tf.cast(tf.mul(x, 3), 'int32');
const positive = (x: Tensor): Tensor => tf.add(tf.abs(x), 1);
const inside = (x: Tensor): Tensor => tf.mul(tf.tanh(x), 0.9);
const shifted = (x: Tensor): Tensor => tf.reverse(x, 1);
const constant = (shape: number[]): Tensor => normal(shape, 9);
const kernel = (name: string, inputs: object, attributes = {}): Tensor =>
  tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attributes) as Tensor;
const image = (map: (x: Tensor4D) => Tensor): Trial => [(x) => map(x as Tensor4D), [5, 4, 2]];
const filter = (shape: [number, number, number, number]): Tensor4D => constant(shape) as Tensor4D;

/** A map, and for which events, where those are no vectors. */
type Trial = Map | readonly [map: Map, eventShape: Shape];

/** For each kernel a map that runs it. */
const trials: Readonly<Record<string, Trial>> = {
  Abs: tf.abs,
  Acos: (x) => tf.acos(inside(x)),
  Acosh: (x) => tf.acosh(positive(x)),
  Asin: (x) => tf.asin(inside(x)),
  Atan: tf.atan,
  Atanh: (x) => tf.atanh(inside(x)),
  Ceil: tf.ceil,
  Cos: tf.cos,
  Cosh: tf.cosh,
  Erf: tf.erf,
  Exp: tf.exp,
  Floor: tf.floor,
  Log: (x) => tf.log(positive(x)),
  Neg: tf.neg,
  Reciprocal: (x) => tf.reciprocal(positive(x)),
  Round: tf.round,
  Sigmoid: tf.sigmoid,
  Sign: tf.sign,
  Sin: tf.sin,
  Sinh: tf.sinh,
  Sqrt: (x) => tf.sqrt(positive(x)),
  Tan: (x) => tf.tan(inside(x)),
  Tanh: tf.tanh,
  Relu: tf.relu,
  Elu: tf.elu,
  Selu: tf.selu,
  Asinh: tf.asinh,
  Expm1: tf.expm1,
  Log1p: (x) => tf.log1p(inside(x)),
  Softplus: tf.softplus,
  Rsqrt: (x) => tf.rsqrt(positive(x)),
  Square: tf.square,
  Relu6: (x) => tf.relu6(tf.mul(x, 5)),
  LeakyRelu: (x) => tf.leakyRelu(x, 0.3),
  Prelu: (x) => tf.prelu(x, constant([3])),
  ClipByValue: (x) => tf.clipByValue(x, -0.5, 0.7),
  Step: (x) => tf.step(x, 0.2),
  Identity: tf.clone,
  Cast: numbers(whole),
  IsNan: numbers((x) => tf.isNaN(tf.log(x))),
  IsInf: numbers((x) => tf.isInf(tf.div(1, tf.relu(x)))),
  IsFinite: numbers((x) => tf.isFinite(tf.log(tf.relu(x)))),
  LogicalNot: numbers((x) => tf.logicalNot(tf.greater(x, 0))),
  EluGrad: (x) => kernel('EluGrad', { dy: shifted(x), y: tf.elu(x) }),
  Add: (x) => tf.add(x, shifted(x)),
  Sub: (x) => tf.sub(x, shifted(x)),
  Multiply: (x) => tf.mul(x, shifted(x)),
  RealDiv: (x) => tf.div(x, positive(shifted(x))),
  Maximum: (x) => tf.maximum(x, shifted(x)),
  Minimum: (x) => tf.minimum(x, shifted(x)),
  Pow: (x) => tf.pow(positive(x), shifted(x)),
  FloorDiv: (x) => tf.floorDiv(x, positive(shifted(x))),
  Mod: (x) => tf.mod(tf.mul(x, 3), positive(shifted(x))),
  SquaredDifference: (x) => tf.squaredDifference(x, shifted(x)),
  AddN: (x) => tf.addN([x, shifted(x), tf.square(x)]),
  Equal: numbers((x) => tf.equal(whole(x), whole(shifted(x)))),
  NotEqual: numbers((x) => tf.notEqual(whole(x), whole(shifted(x)))),
  Greater: numbers((x) => tf.greater(x, shifted(x))),
  GreaterEqual: numbers((x) => tf.greaterEqual(x, shifted(x))),
  Less: numbers((x) => tf.less(x, shifted(x))),
  LessEqual: numbers((x) => tf.lessEqual(x, shifted(x))),
  LogicalAnd: numbers((x) => tf.logicalAnd(tf.greater(x, -1), tf.less(x, 0.5))),
  LogicalOr: numbers((x) => tf.logicalOr(tf.greater(x, 1), tf.less(x, -0.5))),
  BatchMatMul: (x) => tf.matMul(x, constant([2, 3]) as Tensor2D, false, true),
  _FusedMatMul: (x) =>
    tf.fused.matMul({
      a: x as Tensor2D,
      b: constant([3, 2]) as Tensor2D,
      bias: constant([2]),
      activation: 'leakyrelu',
      leakyreluAlpha: 0.3,
    }),
  Sum: (x) => tf.sum(x, 1, true),
  Mean: [(x) => tf.mean(whole(x), [1, 2]), [3, 4]],
  Max: (x) => tf.max(x, -1),
  Min: (x) => tf.min(x, 1, true),
  Prod: (x) => tf.prod(x, 1),
  Any: numbers((x) => tf.any(tf.greater(x, 1), 1)),
  All: numbers((x) => tf.all(tf.greater(x, -1), 1)),
  ArgMax: numbers((x) => tf.argMax(x, 1)),
  ArgMin: numbers((x) => tf.argMin(x, 1)),
  Softmax: (x) => tf.softmax(x),
  Cumsum: (x) => tf.cumsum(x, 1, true, true),
  Slice: [(x) => tf.slice(x, [0, 1, 2], [-1, 2, 1]), [3, 4]],
  StridedSlice: [(x) => tf.stridedSlice(x, [0, 3, 0], [0, 0, 3], [1, -2, 2], 1, 1), [4, 5]],
  Reverse: [(x) => tf.reverse(x, [1, 2]), [3, 4]],
  GatherV2: [(x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'), 2), [2, 3]],
  GatherNd: [(x) => tf.gatherND(constant([2, 3]), tf.cast(tf.greater(x, 0), 'int32')), [3, 2]],
  OneHot: (x) => tf.oneHot(whole(x) as Tensor & { rank: 1 }, 3, 2, -1),
  Select: (x) => tf.where(tf.greater(x, 0), shifted(x), tf.square(x)),
  Reshape: [(x) => tf.reshape(x, [-1, 2, 6]), [3, 4]],
  ExpandDims: (x) => tf.expandDims(x, 1),
  Transpose: [(x) => tf.transpose(x, [0, 2, 1]), [3, 4]],
  Concat: (x) => tf.concat([x, tf.square(x)], 1),
  Pack: (x) => tf.stack([x, tf.square(x)], 1),
  Unpack: [(x) => tf.sub(...(tf.unstack(x, 1) as [Tensor, Tensor])), [2, 3]],
  SplitV: (x) => tf.concat(tf.split(x, [2, 1], 1).reverse(), 1),
  Tile: (x) => tf.tile(x, [1, 2]),
  PadV2: [(x) => tf.pad(x, [[0, 0], [1, 2], [0, 1]], 0.5), [3, 4]], // biome-ignore format: as it is
  MirrorPad: [(x) => tf.mirrorPad(x, [[0, 0], [1, 2], [0, 1]], 'reflect'), [3, 4]], // biome-ignore format: as it is
  Conv2D: image((x) => tf.conv2d(x, filter([3, 2, 2, 3]), [2, 1], 'same')),
  FusedConv2D: image((x) =>
    tf.fused.conv2d({
      x,
      filter: filter([3, 3, 2, 3]),
      strides: 1,
      pad: 'valid',
      bias: constant([3]),
      activation: 'relu',
    }),
  ),
  DepthwiseConv2dNative: image((x) => tf.depthwiseConv2d(x, filter([3, 3, 2, 2]), 1, 'same', 'NHWC', 2)),
  FusedDepthwiseConv2D: image((x) =>
    tf.fused.depthwiseConv2d({ x, filter: filter([3, 2, 2, 1]), strides: 2, pad: 'same', activation: 'relu6' }),
  ),
  Conv2DBackpropInput: image((x) =>
    tf.conv2dTranspose(x, filter([3, 2, 3, 2]), [x.shape[0], 10, 4, 3], [2, 1], 'same'),
  ),
  AvgPool: image((x) => tf.avgPool(x, [3, 2], [2, 1], 'same')),
  MaxPool: image((x) => tf.maxPool(x, 2, 1, 'same')),
  ZerosLike: (x) => tf.add(x, tf.zerosLike(x)),
  OnesLike: (x) => tf.add(x, tf.onesLike(x)),
  Fill: (x) => tf.add(x, tf.fill([3], 2)),
  Range: (x) => tf.add(x, tf.range(0, 3)),
  LinSpace: (x) => tf.add(x, tf.linspace(0, 1, 3)),
  Diag: (x) => tf.matMul(x, tf.diag(tf.range(1, 4)) as Tensor2D),
};

/** That of a gradient, which is refused. */
const untried = ['Conv2DBackpropFilter'];

describe('kernels of TensorFlow.js, in ONNX Runtime', () => {
  it('have a trial each', () => {
    expect([...Object.keys(trials), ...untried].sort()).toEqual(Object.keys(kernels).sort());
  });

  it.each(Object.entries(trials))('%s', async (name, trial) => {
    const [map, eventShape] = typeof trial === 'function' ? [trial, [3]] : trial;
    const x = tf.mul(normal([8, ...eventShape], 5), 1.5);
    const made: Tensor[] = [];
    const { kernelNames } = await tf.profile(() => {
      const value = map(x);
      made.push(value);
      return value;
    });
    expect(kernelNames).toContain(name);
    const model = modelOf(map, eventShape, made[0]?.shape.slice(1));
    expect(await onnxError(model, model.init(1), 'toBase', { x })).toBeLessThan(1e-5);
  });
});

describe('rows that depend on each other', () => {
  it.each<[string, Map]>([
    ['Mean', (x) => tf.sub(x, tf.mean(x, 0))],
    ['Sum', (x) => tf.sub(x, tf.sum(x))],
    ['Max', (x) => tf.sub(x, tf.max(x, 0))],
    ['ArgMax', (x) => tf.add(x, tf.cast(tf.argMax(x, 0), 'float32'))],
    ['Cumsum', (x) => tf.cumsum(x, 0)],
    ['Softmax', (x) => tf.transpose(tf.softmax(tf.transpose(x)))],
    ['Reverse', (x) => tf.reverse(x, 0)],
    ['Slice', (x) => tf.sub(x, tf.slice(x, [0, 0], [1, -1]))],
    ['Slice', (x) => tf.pad(tf.slice(x, [1, 0]), [[1, 0], [0, 0]])], // biome-ignore format: as it is
    ['GatherV2', (x) => tf.sub(x, tf.gather(x, tf.tensor1d([0], 'int32')))],
    ['GatherNd', (x) => tf.sub(x, tf.gatherND(x, tf.tensor2d([[0]], [1, 1], 'int32')))],
    ['BatchMatMul', (x) => tf.matMul(x as Tensor2D, tf.matMul(x as Tensor2D, x as Tensor2D, true, false))],
  ])('are refused: %s over them', async (name, map) => {
    const model = modelOf(map, [3]);
    await expect(exportOnnx(model, model.init(1), { functions: ['toBase'] })).rejects.toMatchObject({
      code: 'EXPORT',
      message: `layers.0 (test/map) cannot be exported: '${name}' over the rows makes a row depend on the others`,
    });
  });
});
