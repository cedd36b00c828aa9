import { disposeParams, flow } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { type HeapWatch, watchHeap } from '@diffeo/kernels-wasm';
import { realNVP } from '@diffeo/layers-coupling';
import { fit, useWasm } from '@diffeo/trainer';
import { memory } from '@tensorflow/tfjs-core';

/** What is held at a step of training. */
interface HeapRow {
  readonly step: number;
  readonly tensors: number;
  /** Bytes that the WASM heap has handed out, and not got back. */
  readonly takenBytes: number;
}

export interface HeapResult {
  readonly benchmark: 'heap';
  readonly rows: readonly HeapRow[];
}

/** Trains for so many steps, and counts what is held ten times on the way. */
export async function measureHeap(steps: number): Promise<HeapResult> {
  await useWasm();
  const heap = watchHeap() as HeapWatch;
  const model = flow({ eventShape: [2], layers: realNVP({ layers: 8 }) });
  const data = toTensor(twoMoons().sample(2000, 1));
  const rows: HeapRow[] = [];
  const every = Math.max(1, Math.floor(steps / 10));
  const { params } = await fit(model, data, {
    ...{ steps, validation: 0, validateEvery: steps },
    onProgress: ({ step }) => {
      if (step % every === 0) rows.push({ step, tensors: memory().numTensors, takenBytes: heap.taken() });
    },
  });
  disposeParams(model.layout, params);
  data.dispose();
  return { benchmark: 'heap', rows };
}
