import '@tensorflow/tfjs-backend-cpu';
import { defineLayer } from '@diffeo/core';
import { checkLayer } from '../src/index.ts';
import { anyConfig, typeOf } from '../src/lib/controls/broken.ts';
import { type SplineOptions, splineMap } from '../src/lib/controls/spline-map.ts';
import { splineFaults } from '../src/lib/controls/splines.ts';

export const description =
  'The Taylor test refuses no right spline, of 8 pieces or 4 and of 1 to 5 dimensions, and every one whose gradient is wrong.';
export const takes = '20 minutes';
export const counts = { whole: 512, short: 1 };

const cuts: readonly SplineOptions[] = [
  { bins: 8, reach: 3 },
  { bins: 4, reach: 2 },
];
const cases = [[1], [2], [3], [5]].flatMap((eventShape) => cuts.map((cut) => ({ eventShape, ...cut })));

/** Eight trials are a seed: both cuts in all shapes. Throws at the first verdict that is wrong. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const right: number[] = [];
  const wrong: number[] = [];
  for (let trial = 0; trial < count; trial++) {
    const { eventShape, ...cut } = cases[trial % cases.length] as (typeof cases)[number];
    const place = `[${eventShape}], ${cut.bins} pieces, seed ${seed + Math.floor(trial / cases.length)}`;
    const orderOf = (options: SplineOptions) => order(options, eventShape, seed + Math.floor(trial / cases.length));
    right.push(await orderOf(cut));
    if ((right.at(-1) as number) < 1.5) throw new Error(`the right spline is refused: ${place}, order ${right.at(-1)}`);
    for (const [name, change] of Object.entries(splineFaults)) {
      wrong.push(await orderOf({ ...cut, change }));
      if ((wrong.at(-1) as number) >= 1.5) throw new Error(`one that ${name} is not: ${place}, order ${wrong.at(-1)}`);
    }
    if (trial % 64 === 63) print(`${trial + 1} splines, and each with ${Object.keys(splineFaults).length} faults`);
  }
  return `orders: at least ${Math.min(...right).toFixed(2)} of right splines, at most ${Math.max(...wrong).toFixed(2)} of wrong ones`;
}

/** The order that the Taylor test finds: 2 where the gradient is right, 1 where it is not. */
async function order(options: SplineOptions, eventShape: readonly number[], seed: number): Promise<number> {
  const build = ({ eventShape }: { readonly eventShape: readonly number[] }) => splineMap(eventShape, options);
  const layer = defineLayer({ type: typeOf('spline'), version: 1, schema: anyConfig, build: (_, site) => build(site) });
  const { checks } = await checkLayer(layer(), {
    only: ['taylor-test'],
    eventShapes: [eventShape],
    contextShapes: [null],
    backends: ['cpu'],
    seed,
  });
  const [check] = checks;
  if (typeof check?.measured !== 'number') throw new Error(check?.message ?? 'no Taylor test was made');
  return 2 - check.measured;
}
