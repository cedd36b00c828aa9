import { type ChannelMapKernelAttributes, kernelNames } from '@diffeo/ops';
import { type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs, withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';

type Inputs = Readonly<Partial<Record<'shift' | 'logScale' | 'matrix' | 'logDet', TensorInfo>>> & {
  readonly x: TensorInfo;
};
type Slopes = Readonly<Record<'dValue' | 'dLogDet', TensorInfo>>;

/** `[batch, …, channels]`, and how many rows that is. */
function sizes({ shape }: TensorInfo) {
  const channels = shape.at(-1) as number;
  const batch = shape[0] as number;
  const rows = util.sizeFromShape([...shape]) / channels;
  return { batch, rows, channels, positions: rows / batch };
}

const at = (backend: WasmBackend, info: TensorInfo | undefined): number => (info ? addressOf(backend, info) : 0);

function forward(
  { backend, kernels }: KernelContext,
  inputs: Inputs,
  attributes: ChannelMapKernelAttributes,
): TensorInfo[] {
  const { x, shift, logScale, matrix, logDet } = inputs;
  const { batch, rows, channels, positions } = sizes(x);
  const up = attributes.direction === 'forward';
  const bytes = matrix ? kernels.channelMapScratch(channels) : kernels.channelScaleScratch(channels);
  return withScratch(backend, bytes, (scratch) => {
    const made = outputs(backend, [x.shape, [batch]]) as [TensorInfo, TensorInfo];
    const [value, logDets] = made;
    const scale = [at(backend, shift), at(backend, logScale)] as const;
    const common = [addressOf(backend, x), rows, channels, ...scale] as const;
    if (matrix) kernels.channelMap(...common, addressOf(backend, matrix), up, addressOf(backend, value), scratch);
    else kernels.channelScale(...common, up, addressOf(backend, value), scratch);
    const ofBoth = [at(backend, logScale), channels, at(backend, logDet)] as const;
    kernels.channelLogDets(...ofBoth, positions, up, batch, addressOf(backend, logDets));
    return made;
  });
}

function backward(
  { backend, kernels }: KernelContext,
  inputs: Inputs & Slopes,
  attributes: ChannelMapKernelAttributes,
): TensorInfo[] {
  const { dValue, dLogDet, x, shift, logScale, matrix } = inputs;
  const { batch, rows, channels, positions } = sizes(x);
  const up = attributes.direction === 'forward';
  const bytes = matrix ? kernels.channelMapGradientScratch(channels) : kernels.channelScaleGradientScratch(channels);
  return withScratch(backend, bytes, (scratch) => {
    const ofScale = shift ? [[channels], [channels]] : [];
    const ofMatrix = matrix ? [[channels, channels], []] : [];
    const made = outputs(backend, [x.shape, ...ofScale, ...ofMatrix]);
    const [dx, ...rest] = made as [TensorInfo, ...TensorInfo[]];
    const [dShift, dLogScale] = shift ? rest.splice(0, 2) : [];
    const [dMatrix, dLogDetOfMatrix] = rest;
    const common = [addressOf(backend, dValue), addressOf(backend, x), rows, channels] as const;
    const scale = [at(backend, shift), at(backend, logScale)] as const;
    const out = [addressOf(backend, dx), at(backend, dShift), at(backend, dLogScale)] as const;
    if (matrix) {
      const matrices = [addressOf(backend, matrix), up] as const;
      kernels.channelMapGradient(...common, ...scale, ...matrices, ...out, at(backend, dMatrix), scratch);
    } else {
      kernels.channelScaleGradient(...common, ...scale, up, ...out, scratch);
    }
    const slopes = [at(backend, dLogDetOfMatrix), at(backend, dLogScale)] as const;
    kernels.channelLogDetGradient(addressOf(backend, dLogDet), batch, positions, up, ...slopes, channels);
    return made;
  });
}

/** The kernels of `channelMap`. */
export function channelMapKernels(contextOf: (backend: WasmBackend) => KernelContext): readonly KernelConfig[] {
  const config = <I>(
    kernelName: string,
    run: (kernelContext: KernelContext, inputs: I, attributes: ChannelMapKernelAttributes) => TensorInfo[],
  ): KernelConfig => ({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(contextOf(backend as WasmBackend), inputs as I, attrs as unknown as ChannelMapKernelAttributes),
  });
  return [
    config<Inputs>(kernelNames.channelMap, forward),
    config<Inputs & Slopes>(kernelNames.channelMapGradient, backward),
  ];
}
