import { type AffineKernelAttributes, kernelNames } from '@diffeo/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from './backend.ts';
import { outputs, withScratch } from './heap.ts';
import type { Machine } from './machine.ts';
import { pieces } from './pieces.ts';

/** How many bytes the log-scales of so many numbers take, with room for the last four to be written together. */
export const scaleBytes = (count: number): number => 64 * Math.ceil((4 * count) / 64);

export const signOf = ({ direction }: AffineKernelAttributes): number => (direction === 'forward' ? 1 : -1);

/** Every column, as kernels read it: how many bytes from the first it is. */
const allColumns = (size: number): number[] => Array.from({ length: size }, (_, column) => 4 * column);

type Inputs<Name extends string> = Readonly<Record<Name, TensorInfo>>;

function forward(machine: Machine, { x, raw }: Inputs<'x' | 'raw'>, attributes: AffineKernelAttributes): TensorInfo[] {
  const { backend, kernels } = machine;
  const [rows, size] = x.shape as [number, number];
  const at = (info: TensorInfo) => addressOf(backend, info);
  const own = pieces({ list: 4 * size, exponentials: scaleBytes(rows * size) });
  return withScratch(backend, own.bytes, (scratch) => {
    const made = outputs(backend, [x.shape, [rows], [scaleBytes(rows * size) / 4]]);
    const [value, logDet, logScales] = made.map(at) as [number, number, number];
    const list = scratch + own.at.list;
    machine.writeInts(list, allColumns(size));
    kernels.affine(
      ...([at(x), 4 * size, rows, list, size, at(raw), attributes.bound, signOf(attributes)] as const),
      ...([logScales, scratch + own.at.exponentials, value, logDet] as const),
    );
    return made;
  });
}

function backward(
  machine: Machine,
  { dValue, dLogDet, point, kept }: Inputs<'dValue' | 'dLogDet' | 'point' | 'kept'>,
  attributes: AffineKernelAttributes,
): TensorInfo[] {
  const { backend, kernels } = machine;
  const [rows, size] = point.shape as [number, number];
  const at = (info: TensorInfo) => addressOf(backend, info);
  const own = pieces({ list: 4 * size, exponentials: scaleBytes(rows * size) });
  return withScratch(backend, own.bytes, (scratch) => {
    const made = outputs(backend, [point.shape, [rows, 2 * size]]);
    const [dx, dRaw] = made.map(at) as [number, number];
    const list = scratch + own.at.list;
    machine.writeInts(list, allColumns(size));
    kernels.affineGradient(
      ...([at(dValue), at(dLogDet), at(point), 4 * size, rows, list, size, at(kept)] as const),
      ...([attributes.bound, signOf(attributes), scratch + own.at.exponentials, dx, dRaw] as const),
    );
    return made;
  });
}

/** The kernels of `affine`. */
export function affineKernels(machineOf: (backend: WasmBackend) => Machine): readonly KernelConfig[] {
  const config = <Name extends string>(
    kernelName: string,
    run: (machine: Machine, inputs: Inputs<Name>, attributes: AffineKernelAttributes) => TensorInfo[],
  ): KernelConfig => ({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(machineOf(backend as WasmBackend), inputs as Inputs<Name>, attrs as unknown as AffineKernelAttributes),
  });
  return [config(kernelNames.affine, forward), config(kernelNames.affineGradient, backward)];
}
