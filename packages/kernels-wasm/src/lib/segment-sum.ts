import { type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from './backend.ts';
import { outputs } from './heap.ts';
import type { Machine } from './kernel-module.ts';

/** `tf.unsortedSegmentSum`, which tfjs's WASM backend lacks, and with it the gradient of `gather`. */
export const segmentSum = (machineOf: (backend: WasmBackend) => Machine): KernelConfig => ({
  kernelName: 'UnsortedSegmentSum',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend: given }) => {
    const { backend, kernels } = machineOf(given as WasmBackend);
    const { x, segmentIds } = inputs as unknown as Readonly<Record<'x' | 'segmentIds', TensorInfo>>;
    const { numSegments } = attrs as unknown as { readonly numSegments: number };
    const inner = x.shape.slice(segmentIds.shape.length);
    const [sums] = outputs(backend, [[numSegments, ...inner]]) as [TensorInfo];
    const rows = util.sizeFromShape(segmentIds.shape);
    const at = (info: TensorInfo) => addressOf(backend, info);
    kernels.segmentSum(at(x), at(segmentIds), rows, util.sizeFromShape(inner), numSegments, at(sums));
    return sums;
  },
});
