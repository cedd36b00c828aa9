import { fileURLToPath } from 'node:url';
import { findBrowser, type Graphics, launch, serveSourcePage } from '@diffeo/browser-test/browser';
import { DiffeoError } from '@diffeo/core';
import { median } from '../averages.ts';
import { type Machine, machine } from '../machine.ts';
import { say } from '../say.ts';
import type { BackendName, Mode, ModelSize } from './page/main.ts';

/** One backend at one thing. */
export interface BackendRow {
  readonly size: ModelSize;
  readonly mode: Mode;
  readonly backend: BackendName;
  /** Median of all turns. */
  readonly milliseconds: number;
  /** How many times as fast as WASM in the same run. */
  readonly speed: number;
}

export interface BackendsResult {
  readonly machine: Machine;
  readonly browser: string;
  readonly graphics: Graphics;
  /** What each backend computed on, or why there was none. */
  readonly backends: Readonly<Partial<Record<BackendName, string>>>;
  readonly rows: readonly BackendRow[];
}

/** Milliseconds after which a turn ends. */
const turn = 2000;

const names: readonly BackendName[] = ['wasm', 'webgl', 'webgpu', 'cpu'];
const modes: readonly Mode[] = ['step', 'logProb', 'sample'];
const page = fileURLToPath(new URL('./page', import.meta.url));

/** Each backend in a page of one browser, one after another in each round. */
export async function measureBackends(
  sizes: readonly ModelSize[],
  {
    rounds,
    calls,
    graphics,
    without,
  }: {
    readonly rounds: number;
    readonly calls: number;
    readonly graphics: Graphics;
    readonly without: readonly BackendName[];
  },
): Promise<BackendsResult> {
  const found = await findBrowser();
  if ('failure' in found) throw new DiffeoError('USAGE', found.failure);
  const [browser, served] = [await launch(found, { graphics }), await serveSourcePage(page)];
  try {
    const opened = await Promise.all(
      names
        .filter((name) => !without.includes(name))
        .map(async (name) => {
          const tab = await browser.newPage();
          tab.setDefaultTimeout(600_000);
          await tab.goto(served.url);
          await tab.waitForFunction(() => 'bench' in globalThis);
          return { name, tab, begun: await tab.evaluate((given) => bench.begin(given), name) };
        }),
    );
    const backends = Object.fromEntries(
      opened.map(({ name, begun }) => [name, 'refusal' in begun ? begun.refusal : (begun.device ?? 'JavaScript')]),
    ) as BackendsResult['backends'];
    const running = opened.filter(({ begun }) => !('refusal' in begun));
    const rows: BackendRow[] = [];
    for (const size of sizes) {
      for (const { tab } of running) await tab.evaluate((given) => bench.prepare(given), size);
      for (const mode of modes) {
        const times = new Map<BackendName, number[]>(running.map(({ name }) => [name, []]));
        // The first round compiles shaders, records steps, and does not count.
        for (let round = 0; round <= rounds; round++) {
          for (const { name, tab } of running) {
            const taken = await tab.evaluate(([given, count, most]) => bench.time(given, count, most), [
              mode,
              calls,
              turn,
            ] as const);
            if (round > 0 || rounds === 0) times.get(name)?.push(...taken);
          }
        }
        const wasm = median(times.get('wasm') ?? []);
        for (const [backend, all] of times) {
          const milliseconds = median(all);
          rows.push({ size, mode, backend, milliseconds, speed: wasm / milliseconds });
        }
        say(`${size.dimensions} dimensions, ${mode}: done`);
      }
    }
    return { machine: machine(), browser: `Chromium ${browser.version()}`, graphics, backends, rows };
  } finally {
    await browser.close();
    await served.close();
  }
}
