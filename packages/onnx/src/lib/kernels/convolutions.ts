import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type Argument, argument, type KernelCall, type Lower, type Lowerings } from './lowering.ts';
import { finished } from './products.ts';

/** Channels go first in ONNX, and filters have outputs, inputs, height, width. */
const toChannelsFirst = [0, 3, 1, 2];
const toChannelsLast = [0, 2, 3, 1];

type Image = [batch: number, height: number, width: number, channels: number];
type Sides = [above: number, left: number, below: number, right: number];

const channelsFirst = (graph: GraphBuilder, name: string): string =>
  graph.emit('Transpose', [name], { perm: toChannelsFirst });
const channelsLast = (graph: GraphBuilder, name: string): string =>
  graph.emit('Transpose', [name], { perm: toChannelsLast });
const shapeOf = ({ shape }: Argument): Image => shape.map(([size]) => size) as Image;
const pairOf = (sizes: unknown): [number, number] =>
  Array.isArray(sizes) ? (sizes.slice(-2) as [number, number]) : [Number(sizes ?? 1), Number(sizes ?? 1)];

/** Strides, dilations and borders of a convolution with an input and filter of these shapes. */
function geometryOf({ attributes, refuse }: KernelCall, image: Image, filter: Image, isDepthwise = false) {
  if ((attributes['dataFormat'] ?? 'NHWC') !== 'NHWC') refuse('with the channels first has no equivalent');
  const strides = pairOf(attributes['strides']);
  const dilations = pairOf(attributes['dilations'] ?? 1);
  const info = backend_util.computeConv2DInfo(
    image,
    filter,
    strides,
    dilations,
    attributes['pad'] as 'same',
    attributes['dimRoundingMode'] as 'floor' | undefined,
    isDepthwise,
  );
  const { top, left, bottom, right } = info.padInfo;
  return { info, strides, dilations, pads: [top, left, bottom, right] as Sides };
}

const convolution: Lower = (call) => {
  const { graph } = call;
  const [x, filter] = [argument(call, 'x'), argument(call, 'filter')];
  const { strides, dilations, pads } = geometryOf(call, shapeOf(x), shapeOf(filter));
  const weight = graph.emit('Transpose', [filter.name], { perm: [3, 2, 0, 1] });
  const made = graph.emit('Conv', [channelsFirst(graph, x.name), weight], { strides, dilations, pads, group: 1 });
  return finished(call, channelsLast(graph, made));
};

const depthwise: Lower = (call) => {
  const { graph } = call;
  const [x, filter] = [argument(call, 'x'), argument(call, 'filter')];
  const [rows, columns, channels, multiplier] = shapeOf(filter);
  const { strides, dilations, pads } = geometryOf(call, shapeOf(x), shapeOf(filter), true);
  const outputs = graph.emit('Transpose', [filter.name], { perm: [2, 3, 0, 1] });
  const weight = graph.emit('Reshape', [outputs, graph.integers([channels * multiplier, 1, rows, columns])]);
  const inputs = [channelsFirst(graph, x.name), weight];
  return finished(call, channelsLast(graph, graph.emit('Conv', inputs, { strides, dilations, pads, group: channels })));
};

/** The gradient of a convolution's input, which is what transposed convolutions are. */
const transposedConvolution: Lower = (call) => {
  const { attributes, graph } = call;
  const [dy, filter] = [argument(call, 'dy'), argument(call, 'filter')];
  const image = attributes['inputShape'] as Image;
  const { info, strides, dilations, pads } = geometryOf(call, image, shapeOf(filter));
  const [above, left, below, right] = pads;
  const reach = (size: number, at: 0 | 1): number => (size - 1) * strides[at] + 1;
  const missing = (own: number, made: number, extent: number, borders: number, at: 0 | 1): number =>
    own - (reach(made, at) + extent - 1 - borders);
  const output_padding = [
    missing(info.inHeight, info.outHeight, info.effectiveFilterHeight, above + below, 0),
    missing(info.inWidth, info.outWidth, info.effectiveFilterWidth, left + right, 1),
  ];
  const weight = graph.emit('Transpose', [filter.name], { perm: [3, 2, 0, 1] });
  const inputs = [channelsFirst(graph, dy.name), weight];
  return channelsLast(
    graph,
    graph.emit('ConvTranspose', inputs, { strides, dilations, pads, output_padding, group: 1 }),
  );
};

const pool =
  (op: 'AveragePool' | 'MaxPool'): Lower =>
  (call) => {
    const { attributes, graph } = call;
    const x = argument(call, 'x');
    const kernel = pairOf(attributes['filterSize']);
    const strides = pairOf(attributes['strides']);
    const { top, left, bottom, right } = backend_util.computePool2DInfo(
      shapeOf(x),
      kernel,
      strides,
      1,
      attributes['pad'] as 'same',
      attributes['dimRoundingMode'] as 'floor' | undefined,
    ).padInfo;
    const options = { kernel_shape: kernel, strides, pads: [top, left, bottom, right] };
    return channelsLast(graph, graph.emit(op, [channelsFirst(graph, x.name)], options));
  };

/** Convolutions of images [batch, height, width, channels]. */
export const convolutionKernels: Lowerings = {
  Conv2D: { lower: convolution },
  FusedConv2D: { lower: convolution },
  DepthwiseConv2dNative: { lower: depthwise },
  FusedDepthwiseConv2D: { lower: depthwise },
  Conv2DBackpropInput: { lower: transposedConvolution, varying: ['inputShape'] },
  // Stacks of convolutions look for it, and run convolutions where a backend has it.
  Conv2DBackpropFilter: {
    lower: ({ refuse }) => refuse('is the gradient of a filter, which is for training; it has no equivalent'),
    varying: ['filterShape'],
  },
  AvgPool: { lower: pool('AveragePool') },
  MaxPool: { lower: pool('MaxPool') },
};
