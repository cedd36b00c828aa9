import type { GraphBuilder } from '../graph/graph-builder.ts';

/** log(1 + x), exact for small x too (Goldberg 1991, th. 4); far from 0, where that would divide infinities, as it is. */
export function logOnePlus(graph: GraphBuilder, x: string): string {
  const { emit, scalar } = graph;
  const sum = emit('Add', [x, scalar(1)]);
  const log = emit('Log', [sum]);
  const rounded = emit('Sub', [sum, scalar(1)]);
  const isNothing = emit('Equal', [rounded, scalar(0)]);
  const divisor = emit('Where', [isNothing, scalar(1), rounded]);
  const near = emit('Where', [isNothing, x, emit('Mul', [log, emit('Div', [x, divisor])])]);
  return emit('Where', [emit('Less', [emit('Abs', [x]), scalar(0.5)]), near, log]);
}

/** exp(x) − 1 as 2t/(1 − t), t = tanh(x/2), where the difference would lose digits. */
export function exponentialMinusOne({ emit, scalar }: GraphBuilder, x: string): string {
  const t = emit('Tanh', [emit('Mul', [x, scalar(0.5)])]);
  const near = emit('Div', [emit('Mul', [t, scalar(2)]), emit('Sub', [scalar(1), t])]);
  const far = emit('Sub', [emit('Exp', [x]), scalar(1)]);
  return emit('Where', [emit('Less', [emit('Abs', [x]), scalar(0.5)]), near, far]);
}

/** max(x, 0) + log(1 + t), t = e^−|x| ≤ 1, where log(1 + t) = 2·artanh(t/(2 + t)) keeps every digit of a small t. */
export function softplus({ emit, scalar }: GraphBuilder, x: string): string {
  const t = emit('Exp', [emit('Neg', [emit('Abs', [x])])]);
  const half = emit('Atanh', [emit('Div', [t, emit('Add', [t, scalar(2)])])]);
  return emit('Add', [emit('Max', [x, scalar(0)]), emit('Add', [half, half])]);
}

/** asinh(x) = sign(x)·log(1 + |x| + x²/(1 + √(1 + x²))): kernels of runtimes lose digits near 0. */
export function inverseSinh(graph: GraphBuilder, x: string): string {
  const { emit, scalar } = graph;
  const size = emit('Abs', [x]);
  // Beyond, x² has no float32, and log(2|x|) is the same number.
  const within = emit('Min', [size, scalar(1e15)]);
  const square = emit('Mul', [within, within]);
  const root = emit('Sqrt', [emit('Add', [square, scalar(1)])]);
  const near = logOnePlus(graph, emit('Add', [within, emit('Div', [square, emit('Add', [root, scalar(1)])])]));
  const far = emit('Add', [emit('Log', [size]), scalar(Math.LN2)]);
  const value = emit('Where', [emit('Less', [size, scalar(1e15)]), near, far]);
  return emit('Mul', [emit('Sign', [x]), value]);
}

/** What activations of fused kernels are; `slope` is that of `leakyrelu`. */
export function activated(graph: GraphBuilder, x: string, activation: unknown, slope: unknown): string | null {
  const { emit, scalar } = graph;
  if (activation === undefined || activation === 'linear') return x;
  if (activation === 'relu') return emit('Relu', [x]);
  if (activation === 'relu6') return emit('Clip', [x, scalar(0), scalar(6)]);
  if (activation === 'elu') return emit('Elu', [x]);
  if (activation === 'sigmoid') return emit('Sigmoid', [x]);
  if (activation === 'leakyrelu') return emit('LeakyRelu', [x], { alpha: { float: Number(slope) } });
  return null;
}
