import '@tensorflow/tfjs-backend-cpu';
import { checkLayer } from '../src/index.ts';
import { elementwiseAffine, tinyCoupling } from '../test/sound-layers.ts';

export const description = 'Sound layers pass every check, whatever the seed of the numbers that they are tried on.';
export const takes = '3 minutes';
export const counts = { whole: 100, short: 1 };

/** What a proof is given to run with. */
interface Given {
  readonly count: number;
  readonly seed: number;
}

/** Trial i is all checks of two layers, with and without a context, at seed + i + 1: the tests take 1. */
export async function run({ count, seed: first }: Given): Promise<string> {
  let done = 0;
  for (let i = 0; i < count; i++) {
    const seed = first + i + 1;
    for (const layer of [elementwiseAffine, tinyCoupling]) {
      const options = { eventShapes: [[2]], contextShapes: [null, [2]], backends: ['cpu'], trainingSteps: 50, seed };
      const { checks } = await checkLayer(layer, options);
      const wrong = checks.find(({ passed }) => !passed);
      if (wrong) throw new Error(`seed ${seed}: ${wrong.message}`);
      done += checks.length;
    }
  }
  return `${done} checks passed`;
}
