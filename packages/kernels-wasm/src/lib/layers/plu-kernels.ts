import { kernelNames, type PluKernelAttributes } from '@diffeo/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs, withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';

type Inputs = Readonly<Record<'permutation' | 'sign' | 'factors', TensorInfo>>;
type Slopes = Readonly<Record<'dMatrix' | 'dLogDet', TensorInfo>> & { readonly inverse?: TensorInfo };

const addresses = (backend: WasmBackend, { permutation, sign, factors }: Inputs) =>
  [addressOf(backend, permutation, 'int32'), addressOf(backend, sign), addressOf(backend, factors)] as const;

function forward(
  { backend, kernels }: KernelContext,
  inputs: Inputs,
  { bound, inverted }: PluKernelAttributes,
): TensorInfo[] {
  const size = inputs.factors.shape[0] as number;
  return withScratch(backend, kernels.pluScratch(size), (scratch) => {
    const made = outputs(backend, [[size, size], []]);
    const [matrix, logDet] = made.map((info) => addressOf(backend, info)) as [number, number];
    kernels.plu(...addresses(backend, inputs), size, bound, inverted, matrix, logDet, scratch);
    return made;
  });
}

function backward(
  { backend, kernels }: KernelContext,
  inputs: Inputs & Slopes,
  attributes: PluKernelAttributes,
): TensorInfo[] {
  const { dMatrix, dLogDet, inverse } = inputs;
  const size = inputs.factors.shape[0] as number;
  return withScratch(backend, kernels.pluGradientScratch(size), (scratch) => {
    const made = outputs(backend, [[size, size]]) as [TensorInfo];
    const slopes = [addressOf(backend, dMatrix), addressOf(backend, dLogDet)] as const;
    const rest = [inverse ? addressOf(backend, inverse) : 0, size, attributes.bound] as const;
    kernels.pluGradient(...slopes, ...addresses(backend, inputs), ...rest, addressOf(backend, made[0]), scratch);
    return made;
  });
}

/** The kernels of `pluMatrix`. */
export function pluKernels(contextOf: (backend: WasmBackend) => KernelContext): readonly KernelConfig[] {
  const config = <I>(
    kernelName: string,
    run: (kernelContext: KernelContext, inputs: I, attributes: PluKernelAttributes) => TensorInfo[],
  ): KernelConfig => ({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(contextOf(backend as WasmBackend), inputs as I, attrs as unknown as PluKernelAttributes),
  });
  return [config<Inputs>(kernelNames.plu, forward), config<Inputs & Slopes>(kernelNames.pluGradient, backward)];
}
