/** What a backend is measured by, in a page that runs on it alone. */
import '@tensorflow/tfjs-backend-cpu';
import { useTfjsFiles } from '@diffeo/browser-test/tfjs-files';
import { disposeParams, type Flow, type FlowParams, flow, isDiffeoError, normal } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, sample, score, useBackend } from '@diffeo/trainer';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';

/** A flow of affine couplings, and how many rows go through it at once. */
export interface ModelSize {
  readonly dimensions: number;
  readonly couplings: number;
  readonly width: number;
  readonly rows: number;
}

export type BackendName = 'wasm' | 'webgl' | 'webgpu' | 'cpu';
export type Mode = 'step' | 'logProb' | 'sample';

interface Prepared {
  readonly model: Flow;
  readonly params: FlowParams;
  readonly x: Tensor;
  readonly size: ModelSize;
}

let prepared: Prepared | null = null;

const offered = {
  /** Starts a backend. Answers what it computes on, or why there is none. */
  async begin(name: BackendName): Promise<{ readonly device: string | null } | { readonly refusal: string }> {
    if (name === 'cpu') {
      await setBackend('cpu');
      return { device: null };
    }
    useTfjsFiles();
    try {
      const { device, kernels } = await useBackend(name, { software: true });
      return { device: device ?? `kernels ${kernels?.build ?? kernels?.reason}` };
    } catch (error) {
      if (!isDiffeoError(error)) throw error;
      return { refusal: error.message };
    }
  },

  /** Makes the flow, started, and data. */
  async prepare(size: ModelSize): Promise<void> {
    const { dimensions, couplings, width, rows } = size;
    const model = flow({
      eventShape: [dimensions],
      layers: [standardise(), ...realNVP({ layers: couplings, hidden: [width, width] })],
    });
    const x = normal([rows, dimensions], 1);
    prepared = { model, x, size, params: await model.start(model.init(1), x) };
  },

  /** Milliseconds of each of so many calls, the reading of what comes out included. No more are begun after `most` milliseconds. */
  async time(mode: Mode, calls: number, most: number): Promise<readonly number[]> {
    if (!prepared) throw new Error('nothing was prepared');
    const { model, params, x, size } = prepared;
    const times: number[] = [];
    const began = performance.now();
    const over = new AbortController();
    let before = began;
    const lap = (): void => {
      const now = performance.now();
      times.push(now - before);
      before = now;
      // The first of two steps does not count.
      if (now - began > most && times.length > 1) over.abort();
    };
    if (mode === 'step') {
      const { signal } = over;
      const own = { steps: calls, batchSize: size.rows, validation: 0, learningRate: 1e-4, params, signal };
      const fitted = await fit(model, x, { ...own, onProgress: lap });
      disposeParams(model.layout, fitted.params);
      // The first has what a run begins with.
      return calls > 1 ? times.slice(1) : times;
    }
    for (let call = 0; call < calls && !over.signal.aborted; call++) {
      if (mode === 'logProb') await score(model, params, x);
      else await sample(model, params, { count: size.rows, seed: call });
      lap();
    }
    return times;
  },
};

declare global {
  var bench: typeof offered;
}
globalThis.bench = offered;
