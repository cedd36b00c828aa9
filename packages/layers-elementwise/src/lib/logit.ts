import { type Bijector, type Definition, defineLayer, everywhere, sizeOf } from '@diffeo/core';
import {
  add,
  clipByValue,
  div,
  log,
  mul,
  neg,
  reshape,
  sigmoid,
  softplus,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { check, number, optional, pipe, strictObject } from 'valibot';

const schema = strictObject({
  alpha: optional(
    pipe(
      number(),
      check((alpha) => alpha >= 1e-6 && alpha < 0.5, 'expected a number from 1e-6 to below 0.5'),
    ),
    0.05,
  ),
});

/**
 * Takes data on [0, 1] to the whole line: inverse(x) = logit(s) with s = α + (1 − 2α) x, the preprocessing of RealNVP
 * (Dinh et al. 2017, §4.1), and logDet Σ log (1 − 2α) − log s − log (1 − s).
 *
 * Outside [0, 1] the map goes on as a straight line with the slope it has at the end, about 1 / α. So it is smooth,
 * takes every number and stays invertible; points outside get a low density that falls off fast, never NaN. On [0, 1]
 * nothing differs from the paper's.
 *
 * `alpha` is by default 0.05, the paper's. In float32 the round trip is accurate to about 1e-7 / α: MAF's 1e-6
 * (Papamakarios et al. 2017), the least that is taken, leaves three digits near the ends.
 */
export const logit: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-elementwise/logit',
  version: 1,
  schema,
  build: ({ alpha }, { eventShape }): Bijector<Record<never, never>> => {
    const width = 1 - 2 * alpha;
    const slope = width / (alpha * (1 - alpha));
    const end = Math.log1p(-alpha) - Math.log(alpha);
    const size = sizeOf(eventShape);
    const perRow = (numbers: Tensor): Tensor => sum(reshape(numbers, [numbers.shape[0] as number, size]), 1);
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      support: { domain: everywhere, codomain: everywhere },
      layout: {},
      init: () => ({}),
      // 1 − s is computed from 1 − x: taken from s itself it would lose all digits at x = 1.
      inverse: (_params, x) => {
        const inside = clipByValue(x, 0, 1);
        const logS = log(add(mul(inside, width), alpha));
        const logRest = log(add(mul(sub(1, inside), width), alpha));
        return {
          value: add(sub(logS, logRest), mul(sub(x, inside), slope)),
          logDet: perRow(sub(Math.log(width), add(logS, logRest))),
        };
      },
      forward: (_params, z) => {
        const inside = clipByValue(z, -end, end);
        return {
          value: add(div(sub(sigmoid(inside), alpha), width), div(sub(z, inside), slope)),
          logDet: perRow(neg(add(add(softplus(inside), softplus(neg(inside))), Math.log(width)))),
        };
      },
    };
  },
});
