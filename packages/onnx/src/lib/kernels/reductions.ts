import { castTo } from './elementwise.ts';
import { argument, axesOf, type KernelCall, type Lower, type Lowerings, requireRowsApart, result } from './lowering.ts';

/** Whether reduced axes stay, with the size 1. */
const keeps = (call: KernelCall): number => Number(result(call).shape.length === argument(call, 'x').shape.length);

/** A reduction whose axes are an attribute; that of sums takes them as an input since opset 13. */
const reduction =
  (op: string, axesAreInput = false): Lower =>
  (call) => {
    const { shape, ...x } = argument(call, 'x');
    const { attributes, graph } = call;
    const { dtype } = result(call);
    const name = dtype === 'bool' ? x.name : castTo(graph, x, dtype);
    const axes = axesOf(attributes['axis'] ?? attributes['reductionIndices'], shape.length);
    requireRowsApart(call, shape, axes);
    // ONNX reduces all axes where it is given none.
    if (axes.length === 0) return name;
    const keepdims = keeps(call);
    return axesAreInput
      ? graph.emit(op, [name, graph.integers(axes)], { keepdims })
      : graph.emit(op, [name], { axes, keepdims });
  };

/** Whether any or all of some bools are true: the largest or smallest of them as numbers. */
const ofBools =
  (op: string): Lower =>
  (call) => {
    const { graph, inputs } = call;
    const x = argument(call, 'x');
    const numbers = castTo(graph, x, 'int32');
    const name = reduction(op)({ ...call, inputs: { ...inputs, x: { ...x, name: numbers } } }) as string;
    return castTo(graph, { name, dtype: 'int32' }, 'bool');
  };

const indexOf =
  (op: string): Lower =>
  (call) => {
    const { name, shape } = argument(call, 'x');
    const [axis = 0] = axesOf(call.attributes['axis'], shape.length);
    requireRowsApart(call, shape, [axis]);
    const found = call.graph.emit(op, [name], { axis, keepdims: 0 });
    return castTo(call.graph, { name: found, dtype: 'int64' }, 'int32');
  };

const softmax: Lower = (call) => {
  const { name, shape } = argument(call, 'logits');
  const axis = Number(call.attributes['dim'] ?? -1);
  requireRowsApart(call, shape, axesOf(axis, shape.length));
  return call.graph.emit('Softmax', [name], { axis });
};

const cumulativeSum: Lower = (call) => {
  const { attributes, graph } = call;
  const { name, shape } = argument(call, 'x');
  const [axis = 0] = axesOf(attributes['axis'], shape.length);
  requireRowsApart(call, shape, [axis]);
  const options = {
    exclusive: Number(attributes['exclusive'] ?? false),
    reverse: Number(attributes['reverse'] ?? false),
  };
  return graph.emit('CumSum', [name, graph.integers([axis])], options);
};

/** Kernels that make one number of several. */
export const reductionKernels: Lowerings = {
  Sum: { lower: reduction('ReduceSum', true) },
  Mean: { lower: reduction('ReduceMean') },
  Max: { lower: reduction('ReduceMax') },
  Min: { lower: reduction('ReduceMin') },
  Prod: { lower: reduction('ReduceProd') },
  Any: { lower: ofBools('ReduceMax') },
  All: { lower: ofBools('ReduceMin') },
  ArgMax: { lower: indexOf('ArgMax') },
  ArgMin: { lower: indexOf('ArgMin') },
  Softmax: { lower: softmax },
  Cumsum: { lower: cumulativeSum },
};
