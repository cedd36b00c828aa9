import { backend_util } from '@tensorflow/tfjs-core';
import type { KernelContext } from '../heap/kernel-context.ts';

/** What a convolution of tfjs is told about how it passes over an image. */
export interface ConvAttributes {
  readonly strides: [number, number] | number;
  readonly dilations?: [number, number] | number;
  readonly pad: backend_util.ExplicitPadding | number | 'same' | 'valid';
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4 = [number, number, number, number];

/** All sizes of a convolution, or null where these kernels do not do it: channels stand last, and nothing is negative. */
export function convInfo(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations = 1, pad, dataFormat, dimRoundingMode }: ConvAttributes,
): backend_util.Conv2DInfo | null {
  if (dataFormat !== 'NHWC') return null;
  const [input, filter] = [inputShape as Shape4, filterShape as Shape4];
  const info = backend_util.computeConv2DInfo(input, filter, strides, dilations, pad, dimRoundingMode);
  return info.outHeight >= 0 && info.outWidth >= 0 ? info : null;
}

/** Whether a convolution is a product of matrices [pixels, channels] and [channels, channels]. */
export function isPointwise(info: backend_util.Conv2DInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const { top, bottom, left, right } = padInfo;
  return filterHeight * filterWidth * strideHeight * strideWidth === 1 && top + bottom + left + right === 0;
}

/** The numbers of `ConvShape` in `assembly/conv-shape.ts`, in its order. */
export type ConvShape = readonly number[];

/** A convolution as it stands. */
export const forwardShape = (info: backend_util.Conv2DInfo): ConvShape => [
  ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
  ...[1, 1, info.padInfo.top, info.padInfo.left],
  ...[info.filterHeight, info.filterWidth, info.dilationHeight, info.dilationWidth],
  ...[info.strideHeight, info.strideWidth, info.outHeight, info.outWidth, info.outChannels],
];

/** The gradient of its input: a convolution of the gradient of its result, with as many zeros between as the stride is long. */
export const backwardShape = (info: backend_util.Conv2DInfo): ConvShape => [
  ...[info.batchSize, info.outHeight, info.outWidth, info.outChannels],
  ...[info.strideHeight, info.strideWidth],
  ...[info.effectiveFilterHeight - 1 - info.padInfo.top, info.effectiveFilterWidth - 1 - info.padInfo.left],
  ...[info.filterHeight, info.filterWidth, info.dilationHeight, info.dilationWidth],
  ...[1, 1, info.inHeight, info.inWidth, info.inChannels],
];

/** How many bytes {@link writeShape} writes. */
export const shapeBytes = 4 * 17;

/** Writes the sizes of a convolution as kernels read them. */
export const writeShape = ({ writeInts }: KernelContext, address: number, shape: ConvShape): void =>
  writeInts(address, shape);
