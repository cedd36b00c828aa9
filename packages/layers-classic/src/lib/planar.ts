import { type Bijector, type Definition, defineLayer, everywhere, fold, normal, sizeOf, specOf } from '@diffeo/core';
import { type ContextParams, contextParameters, mlp } from '@diffeo/networks';
import { add, concat, div, mul, neg, reshape, sub, sum, type Tensor, tanh, zeros } from '@tensorflow/tfjs-core';
import { optional, strictObject } from 'valibot';
import { aboveMinusOne, bendRoot, logBendSlope } from './bend.ts';

const schema = strictObject({
  /** Of a context, the network that adds to the parameters. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
});

/** Keeps a direction of length 0 from being divided by. */
const tiny = 1e-12;

/**
 * The planar map (Rezende & Mohamed 2015, "Variational inference with normalizing flows", eq. 10–12 and §A.1), from data to base:
 *
 *   z = x + û·tanh(w·x + b),  û = v + (m − w·v)·w/|w|²,  logDet = log(1 + m·(1 − tanh²(w·x + b)))
 *
 * with m = w·û above −1, and 0 where w·v is. Starts as the identity. Of vectors; a context moves w, v and b by a network.
 *
 * inverse, data → base: as above. forward, base → data: with α = w·x + b, w·z + b = α + m·tanh α increases in α, and its root is found by
 * Newton's method, to rounding. `invert` of core exchanges them, for variational use.
 */
export const planar: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-classic/planar',
  version: 1,
  schema,
  build: ({ conditioner }, site): Bijector<ContextParams> => {
    const { eventShape, fail } = site;
    if (eventShape.length !== 1) fail('planar takes vectors, that is an event shape of one number');
    const size = sizeOf(eventShape);
    const parameters = contextParameters(conditioner, site, { direction: size, pull: size, offset: 1 });
    const along = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), 1, true);
    const partsOf = (...given: Parameters<typeof parameters.parts>) => {
      const { direction: w, pull, offset } = parameters.parts(...given);
      const raw = along(w, pull);
      const m = aboveMinusOne(raw);
      const u = add(pull, mul(w, div(sub(m, raw), add(along(w, w), tiny))));
      return { w, u, m, offset };
    };
    const perRow = (logDet: Tensor): Tensor => reshape(logDet, [logDet.shape[0] as number]);
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: parameters.contextShape,
      support: { domain: everywhere, codomain: everywhere },
      layout: parameters.layout,
      init: (seed) => {
        const direction = div(normal([size], fold(seed, 'direction')), Math.sqrt(size));
        return parameters.init(concat([direction, zeros([size + 1])]), fold(seed, 'network'));
      },
      inverse: (params, x, call) => {
        const { w, u, m, offset } = partsOf(params, x.shape[0] as number, call);
        const alpha = add(along(w, x), offset);
        return { value: add(x, mul(u, tanh(alpha))), logDet: perRow(logBendSlope(alpha, m)) };
      },
      forward: (params, z, call) => {
        const { w, u, m, offset } = partsOf(params, z.shape[0] as number, call);
        const alpha = bendRoot(add(along(w, z), offset), m);
        return { value: sub(z, mul(u, tanh(alpha))), logDet: neg(perRow(logBendSlope(alpha, m))) };
      },
    };
  },
});
