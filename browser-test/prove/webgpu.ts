import { proveBackend } from './lib/prove-backend.ts';
import { allTrainings } from './lib/prove-training.ts';

export const description =
  'Every layer and base distribution computes on the WebGPU backend, in a browser, what it does on cpu, and flows train there as on WASM.';
export const takes = '5 minutes in software, less on a graphics card';
/** Layers and bases. */
export const counts = { whole: 100, short: 3 };

export function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  return proveBackend('webgpu', {
    trainings: count <= counts.short ? ['density'] : allTrainings,
    check: (page, type) => page.evaluate((given) => backends.compareWithCpu(given), { type, backend: 'webgpu', seed }),
    most: count,
    print,
  });
}
