import { proveBackend } from './lib/prove-backend.ts';
import { allTrainings } from './lib/prove-training.ts';

export const description =
  'Every layer and base distribution keeps its contract on the WebGL backend, in a browser, and flows train there as on WASM.';
export const takes = '15 minutes in software, less on a graphics card';
/**
 * Checks of each layer, each configuration at one event shape and under a context: those first that say most about a backend. The
 * short version compares values and gradients with those of cpu, where the layers' own tests run every check at every shape.
 */
export const counts = { whole: 100, short: 1 };

/** What a backend can get wrong: values and gradients beside cpu's, there and back, sums over a row, other sizes, what is not finite. */
const telling = [
  'compare-backends',
  'round-trip',
  'log-dets-cancel',
  'batch-sizes',
  'finite-values',
  'finite-gradients',
];

export function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const some = count <= telling.length && { only: telling.slice(0, count) };
  const checks = { backend: 'webgl', seed, ...some };
  return proveBackend('webgl', {
    trainings: count === counts.short ? ['moons'] : allTrainings,
    check: (page, type) => page.evaluate((given) => backends.checkLayers(given), { ...checks, type }),
    most: Number.POSITIVE_INFINITY,
    print,
  });
}
