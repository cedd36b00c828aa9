import { backend_util, type KernelConfig, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import type { KernelContexts } from '../install/kernel-module.ts';

const sizeOf = (shape: readonly number[]): number => util.sizeFromShape([...shape]);
const isFloat = ({ dtype }: TensorInfo): boolean => dtype === 'float32';

/** A part of a tensor that is the same run of numbers in each of its rows. */
interface Runs {
  readonly rows: number;
  /** How many numbers a row of the tensor has. */
  readonly step: number;
  readonly begin: number;
  readonly length: number;
}

/** A slice as runs: one axis is cut, and those before it are whole. Otherwise `null`. */
function runsOf(shape: readonly number[], begin: readonly number[], size: readonly number[]): Runs | null {
  const cut = shape.findIndex((length, axis) => length !== size[axis]);
  const axis = Math.max(0, cut);
  const inner = sizeOf(shape.slice(axis + 1));
  if (inner !== sizeOf(size.slice(axis + 1))) return null;
  const rows = sizeOf(shape.slice(0, axis));
  const [own, from, length] = [shape[axis] ?? 1, begin[axis] ?? 0, size[axis] ?? 1];
  return { rows, step: own * inner, begin: from * inner, length: length * inner };
}

function copyRuns({ backend, kernels }: KernelContext, x: TensorInfo, size: readonly number[], runs: Runs): TensorInfo {
  const [out] = outputs(backend, [size]) as [TensorInfo];
  const from = addressOf(backend, x) + 4 * runs.begin;
  kernels.copyRows(from, 4 * runs.step, runs.rows, runs.length, addressOf(backend, out), 4 * runs.length);
  return out;
}

function join({ backend, kernels }: KernelContext, inputs: readonly TensorInfo[], axis: number): TensorInfo {
  const [{ shape }] = inputs as [TensorInfo];
  const outShape = backend_util.computeOutShape(
    inputs.map((input) => input.shape),
    axis,
  );
  const [out] = outputs(backend, [outShape]) as [TensorInfo];
  const rows = sizeOf(shape.slice(0, axis));
  const step = sizeOf(outShape.slice(axis));
  let to = addressOf(backend, out);
  for (const input of inputs) {
    const length = sizeOf(input.shape.slice(axis));
    kernels.copyRows(addressOf(backend, input), 4 * length, rows, length, to, 4 * step);
    to += 4 * length;
  }
  return out;
}

function gatherRows({ backend, kernels }: KernelContext, x: TensorInfo, indices: TensorInfo): TensorInfo {
  const [count, ...inner] = x.shape as [number, ...number[]];
  const [rows, columns] = [sizeOf(indices.shape), sizeOf(inner)];
  const places = new Int32Array(backend.wasm.HEAPU8.buffer, addressOf(backend, indices, 'int32'), rows);
  const outside = places.find((place) => place < 0 || place >= count);
  util.assert(outside === undefined, () => `GatherV2: the index value ${outside} is not in [0, ${count - 1}]`);
  const [out] = outputs(backend, [[...indices.shape, ...inner]]) as [TensorInfo];
  const at = (info: TensorInfo) => addressOf(backend, info);
  kernels.gatherRows(at(x), addressOf(backend, indices, 'int32'), rows, columns, at(out));
  return out;
}

/**
 * tfjs's own slices, splits, joins and gathers of rows, faster: those copy each run of numbers by a call from JavaScript, and
 * what is sliced as a whole before. What they do not take (several cut axes, other types) goes to the kernel that was there.
 */
export function rowCopies(
  { capturable, uncaptured }: KernelContexts,
  before: (kernelName: string) => KernelConfig,
): readonly KernelConfig[] {
  type Call = Parameters<NonNullable<KernelConfig['kernelFunc']>>[0];
  const config = (
    kernelName: string,
    run: (kernelContext: () => KernelContext, call: Call) => TensorInfo | TensorInfo[] | null,
    contextOf = capturable,
  ): KernelConfig => {
    const otherwise = before(kernelName);
    return {
      ...otherwise,
      kernelFunc: (call) => run(() => contextOf(call.backend as WasmBackend), call) ?? otherwise.kernelFunc(call),
    };
  };
  const parts = (call: Call) => call.inputs as unknown as { readonly x: TensorInfo; readonly indices: TensorInfo };
  return [
    config('Slice', (kernelContext, call) => {
      const { x } = parts(call);
      const { begin, size } = call.attrs as unknown as { begin: number[]; size: number[] };
      if (!isFloat(x)) return null;
      const [from, sizes] = slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
      const runs = runsOf(x.shape, from, sizes);
      return runs && copyRuns(kernelContext(), x, sizes, runs);
    }),
    config('SplitV', (kernelContext, call) => {
      const { x } = parts(call);
      const { numOrSizeSplits, axis } = call.attrs as unknown as { numOrSizeSplits: number | number[]; axis: number };
      if (!isFloat(x)) return null;
      const along = util.parseAxisParam(axis, x.shape)[0] as number;
      let at = 0;
      return backend_util.prepareSplitSize(x as never, numOrSizeSplits, along).map((length) => {
        const size = x.shape.map((whole, d) => (d === along ? length : whole));
        const begin = x.shape.map((_, d) => (d === along ? at : 0));
        at += length;
        return copyRuns(kernelContext(), x, size, runsOf(x.shape, begin, size) as Runs);
      });
    }),
    config('Concat', (kernelContext, call) => {
      const inputs = call.inputs as unknown as readonly TensorInfo[];
      const { axis } = call.attrs as unknown as { axis: number };
      const given = inputs.filter(({ shape }) => sizeOf(shape) > 0);
      const [first] = given;
      // Of one alone the kernel before makes no copy.
      if (!first || given.length < 2 || !given.every(isFloat)) return null;
      const along = util.parseAxisParam(axis, first.shape)[0] as number;
      backend_util.assertParamsConsistent(
        inputs.map(({ shape }) => shape),
        along,
      );
      return join(kernelContext(), given, along);
    }),
    // It looks at the indices.
    config(
      'GatherV2',
      (kernelContext, call) => {
        const { x, indices } = parts(call);
        const { axis, batchDims } = call.attrs as unknown as { axis: number; batchDims: number };
        const ours =
          isFloat(x) && indices.dtype === 'int32' && batchDims === 0 && util.parseAxisParam(axis, x.shape)[0] === 0;
        return ours ? gatherRows(kernelContext(), x, indices) : null;
      },
      uncaptured,
    ),
  ];
}
