import { onBackend } from './lib/on-backend.ts';
import { proveLayers } from './lib/prove-layers.ts';
import { allTrainings, proveTraining } from './lib/prove-training.ts';

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

export const run = ({
  count,
  seed,
  print,
}: {
  readonly count: number;
  readonly seed: number;
  print(line: string): void;
}): Promise<string> =>
  onBackend('webgl', async (page, device) => {
    print(`on ${device}`);
    await proveTraining(page, count === counts.short ? ['moons'] : allTrainings, print);
    const some = count <= telling.length && { only: telling.slice(0, count) };
    const checks = { backend: 'webgl', seed, ...some };
    const said = await proveLayers(
      page,
      (type) => page.evaluate((given) => backends.checkLayers(given), { ...checks, type }),
      { most: Number.POSITIVE_INFINITY, print },
    );
    return `on ${device}: ${said}`;
  });
