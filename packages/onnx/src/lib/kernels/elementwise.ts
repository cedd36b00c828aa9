import type { GraphBuilder } from '../graph/graph-builder.ts';
import { elementTypes } from '../protobuf/onnx-model.ts';
import { exponentialMinusOne, inverseSinh, logOnePlus, softplus } from './compositions.ts';
import {
  type Argument,
  argument,
  type KernelCall,
  type Lower,
  type Lowering,
  type Lowerings,
  result,
} from './lowering.ts';

/** A value as another type. */
export const castTo = (
  graph: GraphBuilder,
  { name, dtype }: Pick<Argument, 'name' | 'dtype'>,
  to: Argument['dtype'],
): string => (dtype === to ? name : graph.emit('Cast', [name], { to: elementTypes[to] }));

/** An operator of one input that gives bools. */
const predicate =
  (op: string): Lower =>
  (call) =>
    call.graph.emit(op, [argument(call, 'x').name]);

/** An operator of one input, of the result's type: of whole numbers, TensorFlow.js makes others where it has to. */
const unary =
  (op: string): Lower =>
  (call) =>
    call.graph.emit(op, [castTo(call.graph, argument(call, 'x'), result(call).dtype)]);

/** A composition of one input, whose numbers are float32. */
const composed =
  (compose: (graph: GraphBuilder, x: string, call: KernelCall) => string): Lower =>
  (call) => {
    if (result(call).dtype === 'int32') call.refuse('of whole numbers has no equivalent');
    return compose(call.graph, castTo(call.graph, argument(call, 'x'), 'float32'), call);
  };

/** Arithmetic of two inputs, both of the result's type. */
const binary =
  (compose: (graph: GraphBuilder, a: string, b: string) => string): Lower =>
  (call) => {
    const { dtype } = result(call);
    const [a, b] = ['a', 'b'].map((name) => castTo(call.graph, argument(call, name), dtype)) as [string, string];
    return compose(call.graph, a, b);
  };

const comparison =
  (op: string): Lower =>
  (call) =>
    call.graph.emit(op, [argument(call, 'a').name, argument(call, 'b').name]);

const floored = ({ emit }: GraphBuilder, a: string, b: string): string => emit('Floor', [emit('Div', [a, b])]);

const fromOne = (lower: Lower): Lowering => ({ lower });
const each = (lowers: Readonly<Record<string, Lower>>): Lowerings =>
  Object.fromEntries(Object.entries(lowers).map(([name, lower]) => [name, fromOne(lower)]));
const alike = (names: readonly string[], lowerOf: (name: string) => Lower): Readonly<Record<string, Lower>> =>
  Object.fromEntries(names.map((name) => [name, lowerOf(name)]));

/** Kernels that treat each number alone. */
export const elementwiseKernels: Lowerings = each({
  ...alike(
    ['Abs', 'Acos', 'Acosh', 'Asin', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp', 'Floor', 'Log', 'Neg'],
    unary,
  ),
  ...alike(
    ['Reciprocal', 'Round', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Sqrt', 'Tan', 'Tanh', 'Relu', 'Elu', 'Selu'],
    unary,
  ),
  Asinh: composed(inverseSinh),
  Expm1: composed(exponentialMinusOne),
  Log1p: composed(logOnePlus),
  Softplus: composed(softplus),
  Rsqrt: composed(({ emit }, x) => emit('Reciprocal', [emit('Sqrt', [x])])),
  Square: (call) => {
    const { name } = argument(call, 'x');
    return call.graph.emit('Mul', [name, name]);
  },
  Relu6: composed(({ emit, scalar }, x) => emit('Clip', [x, scalar(0), scalar(6)])),
  LeakyRelu: composed(({ emit }, x, { attributes }) =>
    emit('LeakyRelu', [x], { alpha: { float: Number(attributes['alpha']) } }),
  ),
  Prelu: (call) => call.graph.emit('PRelu', [argument(call, 'x').name, argument(call, 'alpha').name]),
  ClipByValue: composed(({ emit, scalar }, x, { attributes }) =>
    emit('Clip', [x, scalar(Number(attributes['clipValueMin'])), scalar(Number(attributes['clipValueMax']))]),
  ),
  Step: composed(({ emit, scalar }, x, { attributes }) =>
    emit('Where', [emit('Greater', [x, scalar(0)]), scalar(1), scalar(Number(attributes['alpha'] ?? 0))]),
  ),
  Identity: (call) => argument(call, 'x').name,
  Cast: (call) => castTo(call.graph, argument(call, 'x'), result(call).dtype),
  IsNan: predicate('IsNaN'),
  IsInf: predicate('IsInf'),
  IsFinite: composed(({ emit }, x) => emit('Not', [emit('Or', [emit('IsNaN', [x]), emit('IsInf', [x])])])),
  LogicalNot: predicate('Not'),
  EluGrad: (call) => {
    const { emit, scalar } = call.graph;
    const [dy, y] = ['dy', 'y'].map((name) => argument(call, name).name) as [string, string];
    const slope = emit('Where', [emit('GreaterOrEqual', [y, scalar(0)]), scalar(1), emit('Add', [y, scalar(1)])]);
    return emit('Mul', [dy, slope]);
  },
  Add: binary(({ emit }, a, b) => emit('Add', [a, b])),
  Sub: binary(({ emit }, a, b) => emit('Sub', [a, b])),
  Multiply: binary(({ emit }, a, b) => emit('Mul', [a, b])),
  RealDiv: binary(({ emit }, a, b) => emit('Div', [a, b])),
  Maximum: binary(({ emit }, a, b) => emit('Max', [a, b])),
  Minimum: binary(({ emit }, a, b) => emit('Min', [a, b])),
  Pow: binary(({ emit }, a, b) => emit('Pow', [a, b])),
  FloorDiv: (call) =>
    result(call).dtype === 'float32' ? binary(floored)(call) : call.refuse('of whole numbers has no equivalent'),
  Mod: (call) =>
    result(call).dtype === 'float32'
      ? binary((graph, a, b) => graph.emit('Sub', [a, graph.emit('Mul', [b, floored(graph, a, b)])]))(call)
      : call.refuse('of whole numbers has no equivalent'),
  SquaredDifference: binary(({ emit }, a, b) => {
    const difference = emit('Sub', [a, b]);
    return emit('Mul', [difference, difference]);
  }),
  AddN: ({ graph, list }) =>
    list.length === 1
      ? (list[0] as Argument).name
      : graph.emit(
          'Sum',
          list.map(({ name }) => name),
        ),
  Equal: comparison('Equal'),
  NotEqual: (call) => call.graph.emit('Not', [comparison('Equal')(call) as string]),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: comparison('And'),
  LogicalOr: comparison('Or'),
});
