import { type FlowParams, fold, normal, randomSource, type Seed } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { addN, mul, reshape, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { taylorRemainders } from '../../numeric/taylor-remainders.ts';
import type { Check } from '../../plan/check.ts';
import { atMost, show } from '../../plan/outcome.ts';
import { callWith } from '../../trial/evaluate.ts';
import { hasLikelihood, hasSamples, type RowMap } from '../../trial/subject.ts';
import { drawContext, drawPoints, type Entered, enter, type Trial } from '../../trial/trial.ts';
import { isTrainable } from './trainable.ts';
import { unbrokenRows } from './unbroken-rows.ts';

const rows = 256;
/** The remainder's order is 2 for a right gradient and 1 for a wrong one; kinks (relu) and rounding blur it. */
const leeway = 0.5;

/** A batch to take the loss at. The caller owns it. */
function enterLikely(trial: Trial, seed: Seed): Entered {
  const [map] = trial.maps as readonly [RowMap];
  if (!(hasLikelihood(trial) && hasSamples(trial))) return enter(trial, map, drawPoints(trial, map, rows, 'taylor'));
  // The model's own samples: of others a few may be so unlikely that they outweigh all the rest.
  const call = drawContext(trial, rows, 'taylor');
  const point = trial.model.sample(trial.params, { count: rows, seed, ...call });
  return { point, context: call.context ?? null };
}

/** The log-likelihood of each row; where there is none, a weighted sum of what the one direction returns. */
function lossOf(trial: Trial, params: FlowParams, entered: Entered, seed: Seed): Tensor {
  const call = callWith(entered);
  if (hasLikelihood(trial)) return trial.model.logProb(params, entered.point, call);
  const [map] = trial.maps as readonly [RowMap];
  return tidied(() => {
    const outputs = map.run(params, entered.point, call).map((output) => reshape(output, [rows, output.size / rows]));
    return addN(outputs.map((output, i) => sum(mul(output, normal([1, output.size / rows], fold(seed, i))), 1)));
  });
}

/**
 * Weights of the rows from ¼ to 2½, of mean 1, rising along a random line. At a model's own samples the gradient of the
 * mean log-likelihood nearly vanishes, and so does what is wrong with it; that of a weighted mean does not.
 */
function rowWeights(point: Tensor, seed: Seed): Tensor {
  const values = point.dataSync();
  const width = values.length / rows;
  const random = randomSource(fold(seed, 'weights'));
  const line = Array.from({ length: width }, () => random.normal());
  const places = Array.from({ length: rows }, (_, row) =>
    line.reduce((sum, slope, i) => sum + slope * (values[row * width + i] as number), 0),
  );
  const weights = new Float32Array(rows);
  for (const [rank, row] of [...places.keys()].sort((a, b) => (places[a] as number) - (places[b] as number)).entries())
    weights[row] = 0.25 + 2.25 * ((rank + 0.5) / rows) ** 2;
  return tensor1d(weights);
}

/** The gradient of the likelihood with respect to the parameters passes a Taylor test. */
export const taylorTest: Check = {
  name: 'taylor-test',
  holds: 'what a first-order expansion of the log-likelihood leaves over falls with the square of the step',
  allows: `an order of ${2 - leeway} and more`,
  applies: isTrainable,
  run: (trial) => {
    const { model, params, place } = trial;
    const seed = fold(place.seed, 'taylor');
    const entered = enterLikely(trial, seed);
    const weights = rowWeights(entered.point, seed);
    const loss = (moved: FlowParams) => tidied(() => mul(lossOf(trial, moved, entered, seed), weights));
    const { kinks } = trial.settings.capabilities;
    const values = entered.point.dataSync();
    const { order, steps, remainders } = taylorRemainders(model.layout, params, loss, {
      seed,
      ...(kinks && {
        rows: (ends: readonly FlowParams[]) => unbrokenRows(trial, kinks, values, values.length / rows, ends),
      }),
    });
    weights.dispose();
    entered.point.dispose();
    entered.context?.dispose();
    const table = steps.map((step, i) => `${show(step)}: ${show(remainders[i] as number)}`).join(', ');
    const found = `Expected order 2 and got ${show(order)} (remainders by step: ${table}); below 2 by`;
    return atMost(Math.max(0, 2 - order), leeway, found);
  },
};
