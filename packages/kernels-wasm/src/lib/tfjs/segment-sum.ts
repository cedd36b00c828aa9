import { type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs } from '../heap/heap.ts';
import type { KernelContexts } from '../install/kernel-module.ts';

/** Adds each row of whole numbers to that of its segment. They are rare, and need no kernel. */
function sumIntegers(from: ArrayLike<number>, ids: Int32Array, sums: Int32Array, size: number): void {
  sums.fill(0);
  const segments = sums.length / size;
  for (const [row, id] of ids.entries()) {
    if (id < 0 || id >= segments) continue;
    for (let i = 0; i < size; i++)
      sums[id * size + i] = (sums[id * size + i] as number) + (from[row * size + i] as number);
  }
}

/**
 * `tf.unsortedSegmentSum`, which tfjs's WASM backend lacks, and with it the gradient of `gather`. Sums of whole numbers and
 * of booleans are whole numbers.
 */
export const segmentSum = ({ capturable, uncaptured }: KernelContexts): KernelConfig => ({
  kernelName: 'UnsortedSegmentSum',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend: given }) => {
    const { x, segmentIds } = inputs as unknown as Readonly<Record<'x' | 'segmentIds', TensorInfo>>;
    const { numSegments } = attrs as unknown as { readonly numSegments: number };
    const inner = x.shape.slice(segmentIds.shape.length);
    const [rows, size] = [util.sizeFromShape(segmentIds.shape), util.sizeFromShape(inner)];
    const dtype = x.dtype === 'float32' ? 'float32' : 'int32';
    const { backend, kernels } = (dtype === 'float32' ? capturable : uncaptured)(given as WasmBackend);
    const [sums] = outputs(backend, [[numSegments, ...inner]], dtype) as [TensorInfo];
    const at = (info: TensorInfo) => addressOf(backend, info, info.dtype);
    if (dtype === 'float32') {
      kernels.segmentSum(at(x), at(segmentIds), rows, size, numSegments, at(sums));
    } else {
      const { buffer } = backend.wasm.HEAPU8;
      const numbers = [buffer, at(x), rows * size] as const;
      sumIntegers(
        x.dtype === 'bool' ? new Uint8Array(...numbers) : new Int32Array(...numbers),
        new Int32Array(buffer, at(segmentIds), rows),
        new Int32Array(buffer, at(sums), numSegments * size),
        size,
      );
    }
    return sums;
  },
});
