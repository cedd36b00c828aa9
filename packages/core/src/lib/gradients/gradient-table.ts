/**
 * The gradients that tfjs lacks: in Node and in bundles `@tensorflow/tfjs-core` registers none, and its own cannot be
 * imported one by one. Importing this module registers nothing; {@link registerGradients} does.
 *
 * Rules of the table. Inputs are saved and not outputs, so that second derivatives of tanh, exp and sigmoid work too. No
 * product with a transposed operand: tfjs's WASM backend runs those about twenty times slower than an explicit transpose
 * followed by a plain product. Comparisons and roundings have the gradient zero, so that `where` may stand on a tape.
 */
import {
  cast,
  clipByValue,
  concat,
  cos,
  cosh,
  cumsum,
  div,
  equal,
  exp,
  type GradConfig,
  getGradient,
  greater,
  greaterEqual,
  less,
  log,
  logicalAnd,
  matMul,
  mul,
  neg,
  oneHot,
  onesLike,
  pad,
  pow,
  registerGradient,
  reshape,
  reverse,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  slice_util,
  softmax,
  sqrt,
  square,
  stack,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tanh,
  transpose,
  unstack,
  util,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { product } from './engine.ts';

type Attributes = Readonly<Record<string, unknown>>;
type Gradients = Readonly<Record<string, () => Tensor>>;
type Rule = (dy: Tensor, saved: readonly [Tensor, Tensor, Tensor], attributes: Attributes) => Gradients;

const rule = (kernelName: string, inputsToSave: string[], gradient: Rule): GradConfig => ({
  kernelName,
  inputsToSave,
  gradFunc: (dy, saved, attributes) => gradient(dy as Tensor, saved as unknown as [Tensor, Tensor, Tensor], attributes),
});

/** A function of one input `x`, element by element: dx = derivative(x) · dy. */
const elementwise = (kernelName: string, dx: (dy: Tensor, x: Tensor) => Tensor): GradConfig =>
  rule(kernelName, ['x'], (dy, [x]) => ({ x: () => dx(dy, x) }));

/**
 * Sums a gradient over the axes along which an operand of this shape was broadcast. Nothing is summed of an empty batch:
 * tfjs's WASM kernel returns uninitialised memory for it.
 */
function unbroadcast(gradient: Tensor, shape: readonly number[]): Tensor {
  if (gradient.size === 0) return zeros([...shape]);
  const extra = gradient.rank - shape.length;
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < extra || (shape[axis - extra] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(axes.length ? sum(gradient, axes) : gradient, [...shape]);
}

type Partial2 = (dy: Tensor, a: Tensor, b: Tensor) => Tensor;
const binary = (kernelName: string, da: Partial2, db: Partial2): GradConfig =>
  rule(kernelName, ['a', 'b'], (dy, [a, b]) => ({
    a: () => unbroadcast(da(dy, a, b), a.shape),
    b: () => unbroadcast(db(dy, a, b), b.shape),
  }));

const noGradient = (kernelName: string, ...inputs: string[]): GradConfig =>
  rule(kernelName, inputs, (_, saved) =>
    Object.fromEntries(inputs.map((name, i) => [name, () => zeros((saved[i] as Tensor).shape)])),
  );

const only = (gradient: Tensor, condition: Tensor): Tensor => where(condition, gradient, zerosLike(gradient));
const quotient = (dy: Tensor, x: Tensor): Tensor => div(dy, x);

/** Gives a reduced tensor its reduced axes back, with size 1. */
const keepAxes = (reduced: Tensor, axis: unknown, shape: readonly number[]): Tensor => {
  const axes = util.parseAxisParam(axis as number | number[], [...shape]);
  return reshape(
    reduced,
    shape.map((size, i) => (axes.includes(i) ? 1 : size)),
  );
};

/** tfjs calls the reduced axes of a maximum otherwise than those of a minimum. */
const extremum = (kernelName: string, axes: 'reductionIndices' | 'axis'): GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  outputsToSave: [true],
  gradFunc: (dy, saved, attributes) => {
    const [x, y] = saved as [Tensor, Tensor];
    const axis = attributes[axes];
    return {
      x: () => only(mul(keepAxes(dy as Tensor, axis, x.shape), onesLike(x)), equal(x, keepAxes(y, axis, x.shape))),
    };
  },
});

const total = (kernelName: string, scale: (x: Tensor, y: Tensor) => number): GradConfig =>
  rule(kernelName, ['x'], (dy, [x], { axis }) => ({
    x: () => mul(keepAxes(dy, axis, x.shape), mul(onesLike(x), scale(x, dy))),
  }));

const flip = (matrix: Tensor): Tensor =>
  transpose(matrix, [...matrix.shape.keys()].slice(0, -2).concat(matrix.rank - 1, matrix.rank - 2));
const times = (a: Tensor, b: Tensor): Tensor => (a.rank === 2 ? product(a, b) : matMul(a, b));

/** The gradient of a gather is a product with the one-hot matrix of its indices: tfjs's WASM has no segment sum. */
function scatter(dy: Tensor, indices: Tensor, shape: readonly number[], axis: number): Tensor {
  const outer = shape.slice(0, axis);
  const inner = shape.slice(axis + 1);
  const depth = shape[axis] as number;
  const size = (part: readonly number[]) => part.reduce((a, b) => a * b, 1);
  const rows = transpose(reshape(dy, [size(outer), indices.size, size(inner)]), [1, 0, 2]);
  const chosen = cast(oneHot(cast(reshape(indices, [indices.size]), 'int32') as Tensor1D, depth), 'float32');
  const summed = product(transpose(chosen), reshape(rows, [indices.size, size(outer) * size(inner)]));
  return reshape(transpose(reshape(summed, [depth, size(outer), size(inner)]), [1, 0, 2]), [...shape]);
}

function untile(dy: Tensor, shape: readonly number[], repeats: readonly number[]): Tensor {
  if (dy.size === 0) return zeros([...shape]);
  const pairs = shape.flatMap((size, axis) => [repeats[axis] as number, size]);
  return sum(
    reshape(dy, pairs),
    shape.map((_, axis) => 2 * axis),
  );
}

const table: readonly GradConfig[] = /* @__PURE__ */ (() => [
  binary(
    'Add',
    (dy) => dy,
    (dy) => dy,
  ),
  binary(
    'Sub',
    (dy) => dy,
    (dy) => neg(dy),
  ),
  binary(
    'Multiply',
    (dy, _, b) => mul(dy, b),
    (dy, a) => mul(dy, a),
  ),
  binary(
    'RealDiv',
    (dy, _, b) => div(dy, b),
    (dy, a, b) => neg(div(mul(dy, a), square(b))),
  ),
  binary(
    'SquaredDifference',
    (dy, a, b) => mul(dy, mul(2, sub(a, b))),
    (dy, a, b) => mul(dy, mul(2, sub(b, a))),
  ),
  binary(
    'Maximum',
    (dy, a, b) => only(dy, greaterEqual(a, b)),
    (dy, a, b) => only(dy, less(a, b)),
  ),
  binary(
    'Minimum',
    (dy, a, b) => only(dy, less(a, b)),
    (dy, a, b) => only(dy, greaterEqual(a, b)),
  ),
  binary(
    'Pow',
    (dy, a, b) => mul(dy, mul(b, pow(a, sub(b, 1)))),
    (dy, a, b) => mul(dy, mul(pow(a, b), only(log(where(greater(a, 0), a, onesLike(a))), greater(a, 0)))),
  ),
  elementwise('Neg', (dy) => neg(dy)),
  elementwise('Abs', (dy, x) => mul(dy, sign(x))),
  elementwise('Exp', (dy, x) => mul(dy, exp(x))),
  elementwise('Expm1', (dy, x) => mul(dy, exp(x))),
  elementwise('Log', quotient),
  elementwise('Log1p', (dy, x) => div(dy, sub(x, -1))),
  elementwise('Sqrt', (dy, x) => div(dy, mul(2, sqrt(x)))),
  elementwise('Rsqrt', (dy, x) => neg(div(dy, mul(2, mul(x, sqrt(x)))))),
  elementwise('Square', (dy, x) => mul(dy, mul(2, x))),
  elementwise('Reciprocal', (dy, x) => neg(div(dy, square(x)))),
  elementwise('Sigmoid', (dy, x) => mul(dy, mul(sigmoid(x), sigmoid(neg(x))))),
  elementwise('Tanh', (dy, x) => mul(dy, sub(1, square(tanh(x))))),
  elementwise('Softplus', (dy, x) => mul(dy, sigmoid(x))),
  elementwise('Relu', (dy, x) => mul(dy, step(x))),
  rule('LeakyRelu', ['x'], (dy, [x], { alpha }) => ({
    x: () => where(greater(x, 0), dy, mul(dy, alpha as number)),
  })),
  elementwise('Elu', (dy, x) => where(greater(x, 0), dy, mul(dy, exp(clipByValue(x, -Infinity, 0))))),
  elementwise('Erf', (dy, x) => mul(dy, mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))))),
  elementwise('Sin', (dy, x) => mul(dy, cos(x))),
  elementwise('Cos', (dy, x) => neg(mul(dy, sin(x)))),
  elementwise('Sinh', (dy, x) => mul(dy, cosh(x))),
  elementwise('Cosh', (dy, x) => mul(dy, sinh(x))),
  elementwise('Asinh', (dy, x) => div(dy, sqrt(sub(square(x), -1)))),
  elementwise('Atan', (dy, x) => div(dy, sub(square(x), -1))),
  elementwise('Cast', (dy) => cast(dy, 'float32')),
  elementwise('Identity', (dy) => cast(dy, 'float32')),
  elementwise('Reshape', (dy, x) => reshape(dy, x.shape)),
  rule('ExpandDims', ['input'], (dy, [input]) => ({
    input: () => reshape(dy, input.shape),
  })),
  rule('ClipByValue', ['x'], (dy, [x], { clipValueMin, clipValueMax }) => ({
    x: () =>
      only(dy, logicalAnd(greaterEqual(x, clipValueMin as number), greaterEqual(neg(x), -(clipValueMax as number)))),
  })),
  {
    kernelName: 'AddN',
    saveAllInputs: true,
    gradFunc: (dy, saved) => Object.fromEntries(saved.map((_, i) => [i, () => cast(dy as Tensor, 'float32')])),
  },
  {
    kernelName: 'Concat',
    saveAllInputs: true,
    gradFunc: (dy, saved, { axis }) => {
      const along = util.parseAxisParam(axis as number, (dy as Tensor).shape)[0] as number;
      let at = 0;
      return Object.fromEntries(
        saved.map((input, i) => {
          const begin = (dy as Tensor).shape.map((_, d) => (d === along ? at : 0));
          at += input.shape[along] as number;
          return [i, () => slice(dy as Tensor, begin, input.shape)];
        }),
      );
    },
  },
  {
    kernelName: 'Pack',
    saveAllInputs: true,
    gradFunc: (dy, _, { axis }) => {
      const parts = unstack(dy as Tensor, axis as number);
      return Object.fromEntries(parts.map((part, i) => [i, () => part]));
    },
  },
  {
    kernelName: 'Unpack',
    gradFunc: (dy, _, { axis }) => ({
      value: () => stack(dy as Tensor[], axis as number),
    }),
  },
  {
    kernelName: 'SplitV',
    gradFunc: (dy, _, { axis }) => ({
      x: () => concat(dy as Tensor[], axis as number),
    }),
  },
  rule('Slice', ['x'], (dy, [x], { begin, size }) => {
    const [from, sizes] = slice_util.parseSliceParams(x, begin as number[], size as number[]) as [number[], number[]];
    const around = from.map((start, d): [number, number] => [
      start,
      (x.shape[d] as number) - start - (sizes[d] as number),
    ]);
    return { x: () => pad(dy, around) };
  }),
  rule('PadV2', ['x'], (dy, [x], { paddings }) => ({
    x: () =>
      slice(
        dy,
        (paddings as [number, number][]).map(([before]) => before),
        x.shape,
      ),
  })),
  rule('Tile', ['x'], (dy, [x], { reps }) => ({
    x: () => untile(dy, x.shape, reps as number[]),
  })),
  rule('Transpose', [], (dy, _, { perm }) => ({
    x: () => {
      const undo = [...(perm as number[])];
      (perm as number[]).forEach((from, to) => {
        undo[from] = to;
      });
      return transpose(dy, undo);
    },
  })),
  rule('Reverse', [], (dy, _, { dims }) => ({
    x: () => reverse(dy, dims as number[]),
  })),
  rule('GatherV2', ['x', 'indices'], (dy, [x, indices], { axis }) => ({
    x: () => scatter(dy, indices, x.shape, util.parseAxisParam(axis as number, x.shape)[0] as number),
    indices: () => zeros(indices.shape),
  })),
  rule('Select', ['condition'], (dy, [condition]) => ({
    condition: () => zeros(condition.shape),
    t: () => only(dy, condition),
    e: () => where(condition, zerosLike(dy), dy),
  })),
  rule('BatchMatMul', ['a', 'b'], (dy, [a, b], { transposeA, transposeB }) => {
    const left = transposeA ? flip(a) : a;
    const right = transposeB ? flip(b) : b;
    return {
      a: () => {
        const da = times(dy, flip(right));
        return unbroadcast(transposeA ? flip(da) : da, a.shape);
      },
      b: () => {
        const db = times(flip(left), dy);
        return unbroadcast(transposeB ? flip(db) : db, b.shape);
      },
    };
  }),
  total('Sum', () => 1),
  total('Mean', (x, y) => (x.size === 0 ? 0 : y.size / x.size)),
  extremum('Max', 'reductionIndices'),
  extremum('Min', 'axis'),
  rule('Cumsum', [], (dy, _, { axis, exclusive, reverse: backwards }) => ({
    x: () => cumsum(dy, axis as number, exclusive as boolean, !backwards),
  })),
  rule('Softmax', ['logits'], (dy, [logits], { dim }) => ({
    logits: () => {
      const y = softmax(logits, dim as number);
      const weighted = mul(dy, y);
      return sub(weighted, mul(sum(weighted, dim as number, true), y));
    },
  })),
  noGradient('Floor', 'x'),
  noGradient('Ceil', 'x'),
  noGradient('Round', 'x'),
  noGradient('Sign', 'x'),
  noGradient('Step', 'x'),
  noGradient('ZerosLike', 'x'),
  noGradient('OnesLike', 'x'),
  noGradient('ArgMax', 'x'),
  noGradient('ArgMin', 'x'),
  noGradient('IsFinite', 'x'),
  noGradient('IsNan', 'x'),
  noGradient('OneHot', 'indices'),
  noGradient('LogicalNot', 'x'),
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr', 'FloorDiv'].map(
    (kernelName) => noGradient(kernelName, 'a', 'b'),
  ),
])();

/**
 * Registers the gradients of the tfjs operations that flows are made of, on every backend; once is enough and more does
 * no harm. {@link gradients} calls it; call it yourself before `tf.grad` and its kin.
 */
export function registerGradients(): void {
  const last = table.at(-1) as GradConfig;
  if (getGradient(last.kernelName) !== last) for (const config of table) registerGradient(config);
}
