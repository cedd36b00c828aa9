import {
  type Base,
  type Definition,
  defineBase,
  everywhere,
  fold,
  leaf,
  normal,
  sizeOf,
  specOf,
  uniform,
} from '@diffeo/core';
import {
  add,
  argMax,
  cast,
  div,
  exp,
  expandDims,
  log,
  logSumExp,
  mul,
  neg,
  oneHot,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tanh,
  zeros,
} from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { buildConditioner, type ConditionerParams } from '../conditioner.ts';
import { mlp } from '../mlp.ts';

const schema = strictObject({
  /** How many normals. Default 4. */
  components: optional(pipe(number(), integer(), minValue(2), maxValue(1024)), 4),
  /** The network of the context that gives weights, and what is added to means and log-scales. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
  /** c: log-scales stay within ±c. Default 5. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(20)), 5),
});

/** The parameters of {@link conditionalMixture}. */
interface ConditionalMixtureParams extends ConditionerParams {
  /** `[components · size]`: means where the context adds nothing, drawn apart or all components would learn the same. */
  readonly means: Tensor;
}

const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

/**
 * A mixture of normals with diagonal covariances by the context (Bishop 1994, "Mixture density networks", eq. 22–26): a network of it gives the weights' logits, and adds to the means and
 * the log-scales of each component, c·tanh(a/c). Without a context they are learned constants. Temperature scales each component around its mean; the weights stay.
 */
export const conditionalMixture: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/networks/conditional-mixture',
  version: 1,
  schema,
  build: ({ components, conditioner: spec, bound }, site): Base<ConditionalMixtureParams> => {
    const { eventShape } = site;
    const size = sizeOf(eventShape);
    const all = components * size;
    const { contextShape, layout, init, apply } = buildConditioner(spec, site, [0], [2 * all + components]);
    const partsOf = (params: ConditionalMixtureParams, rows: number, call: Parameters<typeof apply>[2]) => {
      const raw = apply(params, zeros([rows, 0]), call);
      const part = (begin: number): Tensor => slice(raw, [0, begin], [rows, all]);
      const each = (numbers: Tensor): Tensor => reshape(numbers, [rows, components, size]);
      return {
        means: each(add(part(0), params.means)),
        logScales: each(mul(tanh(div(part(all), bound)), bound)),
        logits: slice(raw, [0, 2 * all], [rows, components]),
      };
    };
    return {
      ...{ eventShape, contextShape, support: everywhere },
      layout: { ...layout, means: leaf([all], { role: 'bias' }) },
      init: (seed) => ({ ...init(fold(seed, 'network')), means: normal([all], fold(seed, 'means')) }),
      logProb: (params, z, call) => {
        const rows = z.shape[0] as number;
        if (rows === 0) return zeros([0]);
        const { means, logScales, logits } = partsOf(params, rows, call);
        const standard = mul(sub(reshape(z, [rows, 1, size]), means), exp(neg(logScales)));
        const each = sum(sub(mul(mul(standard, -0.5), standard), logScales), 2);
        const weighed = add(each, sub(logits, logSumExp(logits, 1, true)));
        return sub(logSumExp(weighed, 1), size * logRoot2Pi);
      },
      sample: (params, count, seed, temperature, call) => {
        if (count === 0) return zeros([0, ...eventShape]);
        const { means, logScales, logits } = partsOf(params, count, call);
        // The largest of logits + Gumbel noise is a draw from the weights (Gumbel 1954).
        const chances = add(mul(uniform([count, components], fold(seed, 'component')), 1 - 2e-7), 1e-7);
        const indices = argMax(sub(logits, log(neg(log(chances)))), 1) as Tensor1D;
        const chosen = expandDims(cast(oneHot(indices, components), 'float32'), 2);
        const of = (numbers: Tensor): Tensor => sum(mul(numbers, chosen), 1);
        const drawn = mul(normal([count, size], fold(seed, 'offset')), mul(of(exp(logScales)), temperature));
        return reshape(add(of(means), drawn), [count, ...eventShape]);
      },
    };
  },
});
