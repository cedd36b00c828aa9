import { findBrowser, freshSite, launch } from '@diffeo/browser-test/browser';
import { DiffeoError, disposeParams, flow } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { serveSite } from '@diffeo/docs/site';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, useWasm } from '@diffeo/trainer';
import { type Machine, machine } from '../machine.ts';
import { type Visit, visitLanding } from './visit-landing.ts';

export interface SiteResult {
  readonly machine: Machine;
  readonly browser: string;
  readonly rounds: number;
  /** Medians over the rounds. */
  readonly landing: Visit;
  /** The same flow in Node, in turns with the page. */
  readonly nodeStepsPerSecond: number;
  /** Median over the rounds of the page's speed over Node's in the same round. */
  readonly pageBesideNode: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** The landing page, visited so many times, each in a profile of its own, in turns with its flow trained in Node. */
export async function measureSite(rounds: number, { seconds = 4 } = {}): Promise<SiteResult> {
  await freshSite();
  const found = await findBrowser();
  if ('failure' in found) throw new DiffeoError('USAGE', found.failure);
  const [browser, served] = [await launch(found), await serveSite()];
  try {
    const visits: Visit[] = [];
    const inNode: number[] = [];
    for (let round = 0; round < rounds; round++) {
      visits.push(await visitLanding(browser, served.url, seconds));
      inNode.push(await stepsPerSecondInNode(seconds));
    }
    const names = Object.keys(visits[0] as Visit) as (keyof Visit)[];
    const landing = Object.fromEntries(
      names.map((name) => [name, median(visits.map((visit) => visit[name]))]),
    ) as Record<keyof Visit, number>;
    return {
      ...{ machine: machine(), browser: `${browser.browserType().name()} ${browser.version()}`, rounds, landing },
      nodeStepsPerSecond: median(inNode),
      pageBesideNode: median(visits.map(({ stepsPerSecond }, i) => stepsPerSecond / (inNode[i] as number))),
    };
  } finally {
    await browser.close();
    await served.close();
  }
}

/** As the landing page trains: 6 couplings of 32 × 32, batch 256. The first quarter of the time warms up. */
async function stepsPerSecondInNode(seconds: number): Promise<number> {
  await useWasm();
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 6, hidden: [32, 32] })] });
  const x = toTensor(twoMoons().sample(16_384, 1));
  const over = new AbortController();
  const began = performance.now();
  let [steps, since] = [0, 0];
  const { params } = await fit(model, x, {
    ...{ steps: 1_000_000, batchSize: 256, learningRate: 5e-3, seed: 1, validation: 0, signal: over.signal },
    onProgress: () => {
      const now = performance.now();
      if (now - began < 250 * seconds) since = now;
      else steps++;
      if (now - began > 1250 * seconds) over.abort();
    },
  });
  const passed = (performance.now() - since) / 1000;
  disposeParams(model.layout, params);
  x.dispose();
  return steps / passed;
}
