import { type TransformKernelAttributes, transformKernels } from '@diffeo/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs, withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import { scratchLayout } from '../heap/scratch-layout.ts';
import type { TransformKernel } from './transform-kernel.ts';

/** Every column, as kernels read it: how many bytes from the first it is. */
const allColumns = (size: number): number[] => Array.from({ length: size }, (_, column) => 4 * column);

type Inputs<Name extends string> = Readonly<Record<Name, TensorInfo>>;

function forward(
  transform: TransformKernel,
  kernelContext: KernelContext,
  { x, raw }: Inputs<'x' | 'raw'>,
  attributes: TransformKernelAttributes,
): TensorInfo[] {
  const { backend, kernels } = kernelContext;
  const [rows, size] = x.shape as [number, number];
  const at = (info: TensorInfo) => addressOf(backend, info);
  const bytes = transform.bytes(kernels, { attributes, rows, count: size, save: true });
  const own = scratchLayout({ list: 4 * size, scratch: bytes.scratch });
  return withScratch(backend, own.bytes, (scratch) => {
    const made = outputs(backend, [x.shape, [rows], [bytes.saved / 4]]);
    const [value, logDet, saved] = made.map(at) as [number, number, number];
    const list = scratch + own.at.list;
    kernelContext.writeInts(list, allColumns(size));
    transform.forward(kernels, attributes, {
      ...{ x: at(x), step: 4 * size, rows, list, count: size, raw: at(raw) },
      ...{ value, logDet, saved, save: true, scratch: scratch + own.at.scratch },
    });
    return made;
  });
}

function backward(
  transform: TransformKernel,
  kernelContext: KernelContext,
  { dValue, dLogDet, point, saved }: Inputs<'dValue' | 'dLogDet' | 'point' | 'saved'>,
  attributes: TransformKernelAttributes,
): TensorInfo[] {
  const { backend, kernels } = kernelContext;
  const [rows, size] = point.shape as [number, number];
  const at = (info: TensorInfo) => addressOf(backend, info);
  const bytes = transform.bytes(kernels, { attributes, rows, count: size, save: true });
  const own = scratchLayout({ list: 4 * size, scratch: bytes.scratch });
  return withScratch(backend, own.bytes, (scratch) => {
    const made = outputs(backend, [point.shape, [rows, transform.parameters(attributes) * size]]);
    const [dx, dRaw] = made.map(at) as [number, number];
    const list = scratch + own.at.list;
    kernelContext.writeInts(list, allColumns(size));
    transform.backward(kernels, attributes, {
      ...{ dValue: at(dValue), dLogDet: at(dLogDet), point: at(point), step: 4 * size, rows, list, count: size },
      ...{ saved: at(saved), scratch: scratch + own.at.scratch, dx, dRaw },
    });
    return made;
  });
}

/** The kernels of a transform alone, as `elementwise` runs it. */
export function elementwiseKernels(
  contextOf: (backend: WasmBackend) => KernelContext,
  transform: TransformKernel,
): readonly KernelConfig[] {
  const names = transformKernels(transform.name);
  const config = <Name extends string>(
    kernelName: string,
    run: (
      of: TransformKernel,
      kernelContext: KernelContext,
      inputs: Inputs<Name>,
      attributes: TransformKernelAttributes,
    ) => TensorInfo[],
  ): KernelConfig => ({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const attributes = attrs as unknown as TransformKernelAttributes;
      return run(transform, contextOf(backend as WasmBackend), inputs as Inputs<Name>, attributes);
    },
  });
  return [config(names.transform, forward), config(names.transformGradient, backward)];
}
