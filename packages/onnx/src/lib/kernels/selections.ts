import { slice_util } from '@tensorflow/tfjs-core';
import { isFixed } from '../graph/paired-trace.ts';
import { castTo } from './elementwise.ts';
import {
  type Argument,
  argument,
  axesOf,
  type KernelCall,
  type Lowerings,
  requireRowsApart,
  result,
} from './lowering.ts';
import { reshaped } from './shapes.ts';

/** As far as there are any. */
const toTheEnd = 2n ** 63n - 1n;

/** Numbers from `begin` on, as many as the result has. */
function slice(call: KernelCall): string {
  const { attributes, graph } = call;
  const { name, shape } = argument(call, 'x');
  const begin = attributes['begin'] as number[];
  const taken = result(call).shape;
  const axes = shape.flatMap((size, axis) => (String(size) === String(taken[axis]) ? [] : [axis]));
  if (axes.length === 0) return name;
  requireRowsApart(call, shape, axes);
  const starts = axes.map((axis) => begin[axis] as number);
  const ends = starts.map((start, i) => start + (taken[axes[i] as number]?.[0] as number));
  return graph.emit('Slice', [name, ...[starts, ends, axes].map((list) => graph.integers(list))]);
}

function stridedSlice(call: KernelCall): string {
  const { graph, refuse } = call;
  const { name, shape } = argument(call, 'x');
  const given = call.attributes as Readonly<Record<string, number[]>>;
  const infoAt = (trace: 0 | 1) =>
    slice_util.sliceInfo(
      shape.map((size) => size[trace]),
      ...(['begin', 'end', 'strides'].map((key) => given[key]) as [number[], number[], number[]]),
      ...(['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'].map((key) =>
        Number(given[key]),
      ) as [number, number, number, number, number]),
    );
  const [first, second] = [infoAt(0), infoAt(1)];
  const axes = shape.flatMap((size, axis) => (isFixed(size) ? [axis] : []));
  const whole = shape.every(
    (size, axis) =>
      isFixed(size) || (second.begin[axis] === 0 && second.end[axis] === size[1] && first.strides[axis] === 1),
  );
  if (!whole) refuse('of some of the rows has no equivalent');
  const at = (list: readonly number[]) => axes.map((axis) => list[axis] as number);
  // Backwards, the end before the first is as far as one can go.
  const ends = at(first.end).map((end, i) => (end < 0 && (at(first.strides)[i] as number) < 0 ? -toTheEnd : end));
  const lists = [at(first.begin), ends, axes, at(first.strides)].map((list) => graph.integers(list));
  return reshaped(call, graph.emit('Slice', [name, ...lists]), result(call).shape);
}

function reverse(call: KernelCall): string {
  const { graph } = call;
  const { name, shape } = argument(call, 'x');
  const axes = axesOf(call.attributes['dims'], shape.length);
  requireRowsApart(call, shape, axes);
  if (axes.length === 0) return name;
  const lists = [axes.map(() => -1), axes.map(() => -toTheEnd), axes, axes.map(() => -1)];
  return graph.emit('Slice', [name, ...lists.map((list) => graph.integers(list))]);
}

function gather(call: KernelCall): string {
  const { attributes, graph, refuse } = call;
  const x = argument(call, 'x');
  const indices = argument(call, 'indices');
  const [axis = 0] = axesOf(attributes['axis'], x.shape.length);
  const batchDims = Number(attributes['batchDims'] ?? 0);
  requireRowsApart(call, x.shape, [axis]);
  if (batchDims === 0) return graph.emit('Gather', [x.name, indices.name], { axis });
  if (batchDims !== axis) refuse('with other batchDims than its axis has no equivalent');
  const whole = castTo(graph, indices, 'int64');
  const each = graph.emit('Unsqueeze', [whole, graph.integers([indices.shape.length])]);
  return graph.emit('GatherND', [x.name, each], { batch_dims: batchDims });
}

function gatherNd(call: KernelCall): string {
  const { graph } = call;
  const [params, indices] = [argument(call, 'params'), argument(call, 'indices')];
  const [named = 0] = indices.shape.at(-1) ?? [];
  requireRowsApart(call, params.shape, axesOf(undefined, named));
  return graph.emit('GatherND', [params.name, castTo(graph, indices, 'int64')]);
}

/** A row of numbers that is `onValue` at an index: where the index is the number's own place. ONNX's own counts −1 from the end. */
function oneHot(call: KernelCall): string {
  const { attributes, graph } = call;
  const { dtype } = result(call);
  const indices = argument(call, 'indices');
  const depth = Number(attributes['depth']);
  const places = graph.integers(Array.from({ length: depth }, (_, i) => i));
  const each = graph.emit('Unsqueeze', [castTo(graph, indices, 'int64'), graph.integers([indices.shape.length])]);
  const values = ['onValue', 'offValue'].map((key) => graph.scalar(Number(attributes[key]), dtype));
  return graph.emit('Where', [graph.emit('Equal', [each, places]), ...values]);
}

function select(call: KernelCall): string {
  const { graph } = call;
  const [condition, t, e] = ['condition', 't', 'e'].map((name) => argument(call, name)) as [
    Argument,
    Argument,
    Argument,
  ];
  // A condition of one axis chooses whole rows.
  const missing = t.shape.length - condition.shape.length;
  const rows =
    missing > 0 && condition.shape.length === 1
      ? graph.emit('Unsqueeze', [condition.name, graph.integers(Array.from({ length: missing }, (_, i) => i + 1))])
      : condition.name;
  return graph.emit('Where', [rows, t.name, e.name]);
}

/** Kernels that pick some of the numbers. */
export const selectionKernels: Lowerings = {
  Slice: { lower: slice, varying: ['size'] },
  StridedSlice: { lower: stridedSlice, varying: ['end'] },
  Reverse: { lower: reverse },
  GatherV2: { lower: gather },
  GatherNd: { lower: gatherNd },
  OneHot: { lower: oneHot },
  Select: { lower: select },
};
