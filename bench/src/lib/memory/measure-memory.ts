import {
  countParams,
  disposeParams,
  type Flow,
  type FlowParams,
  type GradientMode,
  negativeLogLikelihood,
} from '@diffeo/core';
import { gradients } from '@diffeo/core/gradients';
import { type HeapWatch, watchHeap } from '@diffeo/kernels-wasm';
import { useWasm } from '@diffeo/trainer';
import type { Tensor } from '@tensorflow/tfjs-core';
import { median } from '../averages.ts';
import type { DeepFlow } from './deep-flow.ts';

/** One gradient of a flow of so many layers: couplings, or steps of flow. */
export interface MemoryRow {
  readonly layers: number;
  readonly gradient: GradientMode;
  /** The most bytes of the WASM heap taken at once, beyond data, parameters and their gradients. */
  readonly peakBytes: number;
  readonly milliseconds: number;
}

const modes: readonly GradientMode[] = ['store', 'checkpoint', 'recompute'];

function oneGradient(model: Flow, params: FlowParams, x: Tensor, gradient: GradientMode): void {
  const { value, gradients: found } = gradients(model.layout, params, (tree) =>
    negativeLogLikelihood(model, tree, x, { gradient }),
  );
  for (const tensor of [value, ...found.map(({ tensor }) => tensor)]) tensor.dispose();
}

/** Peak memory and time of a gradient against depth. */
export async function measureMemory({ depths, build, data, repeats }: DeepFlow): Promise<readonly MemoryRow[]> {
  await useWasm();
  const x = data();
  const result: MemoryRow[] = [];
  for (const layers of depths) {
    const model = build(layers);
    const params = await model.start(model.init(1), x);
    for (const gradient of modes) {
      oneGradient(model, params, x, gradient);
      const heap = watchHeap() as HeapWatch;
      const before = heap.taken();
      oneGradient(model, params, x, gradient);
      const peak = heap.peak() - before;
      const times = Array.from({ length: repeats }, () => {
        const began = performance.now();
        oneGradient(model, params, x, gradient);
        return performance.now() - began;
      });
      const ofGradients = 4 * countParams(model.layout, { trainable: true });
      result.push({ layers, gradient, peakBytes: peak - ofGradients, milliseconds: median(times) });
    }
    disposeParams(model.layout, params);
  }
  return result;
}
