import { type FlowParams, fold } from '@diffeo/core';
import type { Check } from '../check.ts';
import { taylorRemainders } from '../numeric/taylor-remainders.ts';
import { atMost, show } from '../outcome.ts';
import { drawContext } from '../trial.ts';
import { isTrainable } from './trainable.ts';

const rows = 256;
/** The remainder's order is 2 for a right gradient and 1 for a wrong one; kinks (relu) and rounding blur it. */
const leeway = 0.5;

/** The gradient of the likelihood with respect to the parameters passes a Taylor test. */
export const taylorTest: Check = {
  name: 'taylor-test',
  holds: 'what a first-order expansion of the log-likelihood leaves over falls with the square of the step',
  applies: isTrainable,
  run: (trial) => {
    const { model, params, place } = trial;
    const seed = fold(place.seed, 'taylor');
    const call = drawContext(trial, rows, 'taylor');
    // The model's own samples: of others a few may be so unlikely that they outweigh all the rest.
    const point = model.sample(params, { count: rows, seed, ...call });
    const logProb = (moved: FlowParams) => model.logProb(moved, point, call);
    const { order, steps, remainders } = taylorRemainders(model.layout, params, logProb, { seed });
    point.dispose();
    call.context?.dispose();
    const table = steps.map((step, i) => `${show(step)}: ${show(remainders[i] as number)}`).join(', ');
    const found = `Expected order 2 and got ${show(order)} (remainders by step: ${table}); below 2 by`;
    return atMost(Math.max(0, 2 - order), leeway, found);
  },
};
