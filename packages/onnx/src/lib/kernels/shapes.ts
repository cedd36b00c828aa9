import { isFixed, type Size } from '../graph/paired-trace.ts';
import { type Argument, argument, axesOf, type KernelCall, type Lower, type Lowerings, result } from './lowering.ts';

/** A value in another shape. One size that depends on the rows is what is left over. */
export function reshaped({ graph }: KernelCall, name: string, shape: readonly Size[]): string {
  const free = shape.filter((size) => !isFixed(size)).length;
  const wanted = free === 1 ? graph.integers(shape.map((size) => (isFixed(size) ? size[0] : -1))) : graph.sizes(shape);
  return graph.emit('Reshape', [name, wanted]);
}

/** Kernels that only give the numbers another shape. */
function reshape(call: KernelCall): string {
  const [{ name, shape }] = call.list as [Argument];
  const wanted = result(call).shape;
  return String(shape) === String(wanted) && shape.length === wanted.length ? name : reshaped(call, name, wanted);
}

const transpose: Lower = (call) =>
  call.graph.emit('Transpose', [argument(call, 'x').name], { perm: call.attributes['perm'] as number[] });

function concat({ attributes, graph, list, outputs }: KernelCall): string {
  const [axis = 0] = axesOf(attributes['axis'], outputs[0]?.shape.length ?? 0);
  const filled = list.filter(({ shape }) => shape[axis]?.[0] !== 0);
  const names = (filled.length > 0 ? filled : list).map(({ name }) => name);
  return names.length === 1 ? (names[0] as string) : graph.emit('Concat', names, { axis });
}

function pack({ attributes, graph, list, outputs }: KernelCall): string {
  const [axis = 0] = axesOf(attributes['axis'], outputs[0]?.shape.length ?? 0);
  const each = list.map(({ name }) => graph.emit('Unsqueeze', [name, graph.integers([axis])]));
  return graph.emit('Concat', each, { axis });
}

function unpack(call: KernelCall): string[] {
  const { attributes, graph, outputs } = call;
  const { name, shape } = argument(call, 'value');
  const [axis = 0] = axesOf(attributes['axis'], shape.length);
  return outputs.map((_, i) => graph.emit('Gather', [name, graph.scalar(i, 'int64')], { axis }));
}

function split(call: KernelCall): string[] {
  const { attributes, graph, outputs, refuse } = call;
  const { name, shape } = argument(call, 'x');
  const [axis = 0] = axesOf(attributes['axis'], shape.length);
  const sizes = outputs.map((output) => output.shape[axis] as Size);
  if (!sizes.every(isFixed)) refuse('of the rows has no equivalent');
  if (outputs.length === 1) return [name];
  return graph.emitMany('Split', [name, graph.integers(sizes.map(([size]) => size))], { axis }, outputs.length);
}

/** Repeats axes; what is repeated as often as there are rows has the size that says so. */
function tile(call: KernelCall): string {
  const { graph } = call;
  const { name, shape } = argument(call, 'x');
  const reps = result(call).shape.map(([first, second], axis): Size => {
    const [a, b] = shape[axis] as Size;
    return [a === 0 ? 1 : first / a, b === 0 ? 1 : second / b];
  });
  return graph.emit('Tile', [name, graph.sizes(reps)]);
}

function pad(call: KernelCall): string {
  const { attributes, graph } = call;
  const { name, dtype } = argument(call, 'x');
  const paddings = attributes['paddings'] as [number, number][];
  const pads = graph.integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
  return graph.emit('Pad', [name, pads, graph.scalar(Number(attributes['constantValue'] ?? 0), dtype)]);
}

function mirrorPad(call: KernelCall): string {
  const { attributes, graph, refuse } = call;
  if (attributes['mode'] !== 'reflect') refuse(`with mode ${attributes['mode']} has no equivalent`);
  const paddings = attributes['paddings'] as [number, number][];
  const pads = graph.integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
  return graph.emit('Pad', [argument(call, 'x').name, pads], { mode: 'reflect' });
}

/** Kernels that give numbers another shape, and put tensors together. */
export const shapeKernels: Lowerings = {
  Reshape: { lower: reshape, varying: ['shape'] },
  ExpandDims: { lower: reshape },
  Transpose: { lower: transpose },
  Concat: { lower: concat },
  Pack: { lower: pack },
  Unpack: { lower: unpack },
  SplitV: { lower: split },
  Tile: { lower: tile, varying: ['reps'] },
  PadV2: { lower: pad },
  MirrorPad: { lower: mirrorPad },
};
