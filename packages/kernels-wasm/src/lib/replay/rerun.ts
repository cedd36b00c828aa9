import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { type DataId, forgetPacked } from '../heap/backend.ts';
import type { Guard, Interceptor, KernelCall } from '../heap/guard.ts';
import { bytesOf } from './bytes-of.ts';

/** What a kernel was given for its results and for its scratch, in order. */
export interface Given {
  readonly made: DataId[];
  readonly scratch: number[];
}

/** tfjs's kernels that keep packed copies of what they take, by the tensor's number. */
const packing = new Set([
  ...['_FusedMatMul', 'BatchMatMul', 'Prelu', 'Conv2D', 'FusedConv2D', 'Conv2DBackpropInput'],
  ...['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'],
]);

const infoOf = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => ({ dataId, shape, dtype });

/** What a kernel is called with, without the tensors, which are disposed soon. */
function callAgain({ inputs, attrs, backend }: KernelCall): KernelCall {
  const again = Array.isArray(inputs)
    ? inputs.map(infoOf)
    : Object.fromEntries(Object.entries(inputs).map(([name, info]) => [name, info && infoOf(info)]));
  return { inputs: again as KernelCall['inputs'], backend, ...(attrs && { attrs }) };
}

/** Runs kernels again as they stand. */
export interface Rerunner {
  /** Gives each what it was given before. */
  readonly interceptor: Interceptor;
  /** The step that runs a kernel again. `varies` tells whether a tensor's numbers change from run to run. */
  step(
    kernel: KernelFunc,
    call: KernelCall,
    name: string,
    given: Given,
    varies: (dataId: DataId) => boolean,
  ): () => void;
}

export function rerunner({ backend, defaults }: Guard): Rerunner {
  let current: Given = { made: [], scratch: [] };
  let [made, taken] = [0, 0];
  return {
    interceptor: {
      allocate: () => current.scratch[taken++] as number,
      free: () => undefined,
      write: (values) => {
        const dataId = current.made[made++] as DataId;
        if (values) backend.wasm.HEAPU8.set(bytesOf(values), backend.dataIdMap.get(dataId).memoryOffset);
        return dataId;
      },
      moved: () => undefined,
      share: () => undefined,
      dispose: () => true,
      read: () => undefined,
      run: defaults.run,
      kernelContext: (kernelContext) => kernelContext,
    },
    step: (kernel, call, name, given, varies) => {
      const again = callAgain(call);
      const taking = Object.values(call.inputs as Readonly<Record<string, TensorInfo | undefined>>);
      const packed = taking.flatMap((info) => (info && packing.has(name) && varies(info.dataId) ? [info] : []));
      return () => {
        for (const info of packed) forgetPacked(backend, info);
        current = given;
        [made, taken] = [0, 0];
        kernel(again);
      };
    },
  };
}
