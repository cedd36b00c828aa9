import { type Base, type Definition, defineBase, everywhere, normal, sizeOf, specOf } from '@diffeo/core';
import { add, div, exp, mul, neg, reshape, slice, sub, sum, type Tensor, tanh, zeros } from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { buildConditioner, type ConditionerParams } from '../conditioner.ts';
import { mlp } from '../mlp.ts';

const schema = strictObject({
  /** The network of the context that gives means and log-scales. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
  /** c: log-scales stay within ±c. Default 5. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(20)), 5),
});

const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

/**
 * A normal distribution whose means and deviations, one for each dimension, are what a network makes of the context: log-scales c·tanh(a/c). It starts near the standard normal. Without a
 * context they are learned constants. Temperature scales the samples around their means.
 */
export const conditionalNormal: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/networks/conditional-normal',
  version: 1,
  schema,
  build: ({ conditioner: spec, bound }, site): Base<ConditionerParams> => {
    const { eventShape } = site;
    const size = sizeOf(eventShape);
    const { contextShape, layout, init, apply } = buildConditioner(spec, site, [0], [2 * size]);
    const partsOf = (params: ConditionerParams, rows: number, call: Parameters<typeof apply>[2]) => {
      const raw = apply(params, zeros([rows, 0]), call);
      const logScale = mul(tanh(div(slice(raw, [0, size], [rows, size]), bound)), bound);
      return { mean: slice(raw, [0, 0], [rows, size]), logScale };
    };
    return {
      ...{ eventShape, contextShape, support: everywhere, layout, init },
      logProb: (params, z, call) => {
        const rows = z.shape[0] as number;
        if (rows === 0) return zeros([0]);
        const { mean, logScale } = partsOf(params, rows, call);
        const standard = mul(sub(reshape(z, [rows, size]), mean), exp(neg(logScale)));
        return sub(sum(sub(mul(mul(standard, -0.5), standard), logScale), 1), size * logRoot2Pi);
      },
      sample: (params, count, seed, temperature, call) => {
        if (count === 0) return zeros([0, ...eventShape]);
        const { mean, logScale } = partsOf(params, count, call);
        const drawn: Tensor = mul(normal([count, size], seed), mul(exp(logScale), temperature));
        return reshape(add(mean, drawn), [count, ...eventShape]);
      },
    };
  },
});
