import { onBackend } from './lib/on-backend.ts';
import { proveLayers } from './lib/prove-layers.ts';
import { allTrainings, proveTraining } from './lib/prove-training.ts';

export const description =
  'Every layer and base distribution computes on the WebGPU backend, in a browser, what it does on cpu, and flows train there as on WASM.';
export const takes = '5 minutes in software, less on a graphics card';
/** Layers and bases. */
export const counts = { whole: 100, short: 3 };

export const run = ({
  count,
  seed,
  print,
}: {
  readonly count: number;
  readonly seed: number;
  print(line: string): void;
}): Promise<string> =>
  onBackend('webgpu', async (page, device) => {
    print(`on ${device}`);
    await proveTraining(page, count <= counts.short ? ['density'] : allTrainings, print);
    const said = await proveLayers(
      page,
      (type) => page.evaluate((given) => backends.compareWithCpu(given), { type, backend: 'webgpu', seed }),
      { most: count, print },
    );
    return `on ${device}: ${said}`;
  });
