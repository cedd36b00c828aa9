import { type Definition, defineTransform, type ElementwiseTransform, everywhere } from '@diffeo/core';
import { add, neg, slice, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { componentsOf, type LogisticMixtureShape, logitOf } from './logistics/logistic-mixture.ts';
import { reachLogit } from './logistics/reach-logit.ts';

const schema = strictObject({
  /** How many logistic distributions are mixed. Default 4. */
  components: optional(pipe(number(), integer(), minValue(1), maxValue(256)), 4),
  /** c: log-scales of components stay within ±c. Default 5. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(10)), 5),
});

/** {@link mixtureOfLogistics}, built. */
export function mixtureOfLogisticsTransform(shape: LogisticMixtureShape): ElementwiseTransform {
  const { components } = shape;
  // Some kernels of tfjs fail on nothing.
  const ofNothing = (v: Tensor, raw: Tensor) => ({
    value: add(v, slice(raw, [0, 0], [v.shape[0] as number, v.shape[1] as number])),
    logSlope: zerosLike(v),
  });
  return {
    parameters: 3 * components,
    domain: everywhere,
    codomain: everywhere,
    forward: (x, raw) => {
      if (x.size === 0) return ofNothing(x, raw);
      const mixture = componentsOf(shape, raw);
      const value = reachLogit(mixture, x, shape.bound);
      return { value, logSlope: neg(logitOf(mixture, value).logSlope) };
    },
    inverse: (y, raw) => (y.size === 0 ? ofNothing(y, raw) : logitOf(componentsOf(shape, raw), y)),
  };
}

/**
 * The logit of the cumulative distribution function of a mixture of logistic distributions (Ho et al. 2019, "Flow++", eq. 14–16). Raw
 * parameters are logits of `components` weights, then their means, around places from −1 to 1, so that components differ from the
 * start, then their log-scales c·tanh(a/c). Raw zeros are near the identity, which one component is exactly.
 *
 * inverse, data → base: logit F. forward, base → data: Newton's method within the bracket of the components' own inverses.
 */
export const mixtureOfLogistics: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/mixture-of-logistics',
  version: 1,
  schema,
  build: mixtureOfLogisticsTransform,
});
