import { DiffeoError } from '@diffeo/core';
import { type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs, withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import { activationCodes, isKernelActivation } from '../stacks/activation-code.ts';
import {
  backwardShape,
  type ConvAttributes,
  type ConvShape,
  convInfo,
  forwardShape,
  isPointwise,
  shapeBytes,
  writeShape,
} from './conv-shape.ts';

type Info = NonNullable<ReturnType<typeof convInfo>>;

/** Runs `f` with the sizes of a convolution in the heap, and as much scratch as they ask for. */
function withShape<T>(
  kernelContext: KernelContext,
  shape: ConvShape,
  bytes: (shape: number) => number,
  f: (shape: number, scratch: number) => T,
): T {
  const { backend } = kernelContext;
  return withScratch(backend, shapeBytes, (address) => {
    writeShape(kernelContext, address, shape);
    return withScratch(backend, bytes(address) >>> 0, (scratch) => f(address, scratch));
  });
}

interface Finish {
  readonly bias: TensorInfo | undefined;
  readonly activation: number;
  readonly slope: number;
}

function forward(
  kernelContext: KernelContext,
  x: TensorInfo,
  filter: TensorInfo,
  info: Info,
  finish: Finish,
): TensorInfo {
  const { backend, kernels } = kernelContext;
  const at = (tensor: TensorInfo) => addressOf(backend, tensor);
  const end = () => [finish.bias ? at(finish.bias) : 0] as const;
  const { inChannels, outChannels } = info;
  if (isPointwise(info)) {
    const rows = info.batchSize * info.outHeight * info.outWidth;
    return withScratch(backend, kernels.productScratch(rows, inChannels, outChannels, false) >>> 0, (scratch) => {
      const [y] = outputs(backend, [info.outShape]) as [TensorInfo];
      kernels.product(
        ...([at(x), 4 * inChannels, 4, at(filter), 4 * outChannels, 4, ...end(), at(y)] as const),
        ...([rows, inChannels, outChannels, finish.activation, finish.slope, false, scratch] as const),
      );
      return y;
    });
  }
  return withShape(kernelContext, forwardShape(info), kernels.convScratch, (shape, scratch) => {
    const [y] = outputs(backend, [info.outShape]) as [TensorInfo];
    kernels.conv(shape, at(x), at(filter), false, ...end(), at(y), finish.activation, finish.slope, scratch);
    return y;
  });
}

function inputGradient(kernelContext: KernelContext, dy: TensorInfo, filter: TensorInfo, info: Info): TensorInfo {
  const { backend, kernels } = kernelContext;
  const at = (tensor: TensorInfo) => addressOf(backend, tensor);
  const { inChannels, outChannels } = info;
  if (isPointwise(info)) {
    const rows = info.batchSize * info.inHeight * info.inWidth;
    return withScratch(backend, kernels.productScratch(rows, outChannels, inChannels, false) >>> 0, (scratch) => {
      const [dx] = outputs(backend, [info.inShape]) as [TensorInfo];
      kernels.product(
        ...([at(dy), 4 * outChannels, 4, at(filter), 4, 4 * outChannels, 0, at(dx)] as const),
        ...([rows, outChannels, inChannels, activationCodes.linear, 0, false, scratch] as const),
      );
      return dx;
    });
  }
  return withShape(kernelContext, backwardShape(info), kernels.convScratch, (shape, scratch) => {
    const [dx] = outputs(backend, [info.inShape]) as [TensorInfo];
    kernels.conv(shape, at(dy), at(filter), true, 0, at(dx), activationCodes.linear, 0, scratch);
    return dx;
  });
}

function filterGradient(kernelContext: KernelContext, x: TensorInfo, dy: TensorInfo, info: Info): TensorInfo {
  const { backend, kernels } = kernelContext;
  const at = (tensor: TensorInfo) => addressOf(backend, tensor);
  const { inChannels, outChannels } = info;
  if (isPointwise(info)) {
    const rows = info.batchSize * info.inHeight * info.inWidth;
    const bytes = kernels.weightGradientScratch(rows, inChannels, outChannels, false) >>> 0;
    return withScratch(backend, bytes, (scratch) => {
      const [dFilter] = outputs(backend, [info.filterShape]) as [TensorInfo];
      kernels.weightGradient(at(x), at(dy), rows, inChannels, outChannels, false, at(dFilter), scratch);
      return dFilter;
    });
  }
  return withShape(kernelContext, forwardShape(info), kernels.convFilterGradientScratch, (shape, scratch) => {
    const [dFilter] = outputs(backend, [info.filterShape]) as [TensorInfo];
    kernels.convFilterGradient(shape, at(x), at(dy), at(dFilter), scratch);
    return dFilter;
  });
}

type Inputs = Readonly<Record<'x' | 'dy' | 'filter', TensorInfo>> & Readonly<Record<'bias', TensorInfo | undefined>>;
type Attributes = ConvAttributes & {
  readonly inputShape: readonly number[];
  readonly filterShape: readonly number[];
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
};

const isFloat = (...tensors: readonly TensorInfo[]): boolean => tensors.every(({ dtype }) => dtype === 'float32');
const unfinished: Finish = { bias: undefined, activation: activationCodes.linear, slope: 0 };

function finishOf({ bias }: Inputs, { activation = 'linear', leakyreluAlpha = 0 }: Attributes, channels: number) {
  if (!isKernelActivation(activation)) return null;
  if (bias && !(isFloat(bias) && bias.shape.length === 1 && bias.shape[0] === channels)) return null;
  return { bias, activation: activationCodes[activation], slope: leakyreluAlpha };
}

/**
 * Convolutions of images [batch, height, width, channels] and both their gradients: tfjs's own kernels, faster, and the
 * filter's gradient, which its WASM backend lacks. What they do not take (other types, channels first, `prelu`, biases of
 * another shape) goes to the kernel that was there before.
 */
export function convKernels(
  contextOf: (backend: WasmBackend) => KernelContext,
  before: (kernelName: string) => KernelConfig | undefined,
): readonly KernelConfig[] {
  const config = (
    kernelName: string,
    /** Which work that is; `null` where it is not for these kernels. */
    choose: (inputs: Inputs, attributes: Attributes) => ((kernelContext: KernelContext) => TensorInfo) | null,
  ): KernelConfig => {
    const otherwise = before(kernelName);
    return {
      ...otherwise,
      kernelName,
      backendName: 'wasm',
      kernelFunc: (call) => {
        const attributes = call.attrs as unknown as Attributes;
        const run = choose(call.inputs as unknown as Inputs, attributes);
        if (run) return run(contextOf(call.backend as WasmBackend));
        if (otherwise) return otherwise.kernelFunc(call);
        throw new DiffeoError(
          'BACKEND',
          `${kernelName} on the wasm backend takes float32 images with the channels last, and was given ` +
            `${Object.values(call.inputs).map((input) => `${input?.dtype} [${input?.shape}]`)} as ` +
            `${attributes.dataFormat}: cast and transpose them first`,
        );
      },
    };
  };
  return [
    config('Conv2D', ({ x, filter }, attributes) => {
      const info = isFloat(x, filter) ? convInfo(x.shape, filter.shape, attributes) : null;
      return info && ((kernelContext) => forward(kernelContext, x, filter, info, unfinished));
    }),
    config('FusedConv2D', (inputs, attributes) => {
      const { x, filter } = inputs;
      const info = isFloat(x, filter) ? convInfo(x.shape, filter.shape, attributes) : null;
      const finish = info && finishOf(inputs, attributes, info.outChannels);
      return info && finish && ((kernelContext) => forward(kernelContext, x, filter, info, finish));
    }),
    config('Conv2DBackpropInput', ({ dy, filter }, { inputShape, ...attributes }) => {
      const info = isFloat(dy, filter) ? convInfo(inputShape, filter.shape, attributes) : null;
      return (
        info && ((kernelContext) => inputGradient(kernelContext, dy, filter, checked('Conv2DBackpropInput', dy, info)))
      );
    }),
    config('Conv2DBackpropFilter', ({ x, dy }, { filterShape, ...attributes }) => {
      const info = isFloat(x, dy) ? convInfo(x.shape, filterShape, attributes) : null;
      return (
        info && ((kernelContext) => filterGradient(kernelContext, x, dy, checked('Conv2DBackpropFilter', dy, info)))
      );
    }),
  ];
}

/** A gradient of another shape than the result would make kernels read what is not theirs. */
function checked(kernelName: string, dy: TensorInfo, info: Info): Info {
  util.assert(
    util.arraysEqual(dy.shape, info.outShape),
    () => `Error in ${kernelName}: dy has shape [${dy.shape}], but the convolution makes [${info.outShape}]`,
  );
  return info;
}
