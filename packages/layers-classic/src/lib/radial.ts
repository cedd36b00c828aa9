import { type Bijector, type Definition, defineLayer, everywhere, fold, normal, sizeOf, specOf } from '@diffeo/core';
import { type ContextParams, contextParameters, mlp } from '@diffeo/networks';
import {
  abs,
  add,
  concat,
  div,
  exp,
  expm1,
  greaterEqual,
  log,
  mul,
  neg,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';

const schema = strictObject({
  /** The logarithms of reach and stretch lie within ± this. Default 3. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(5)), 3),
  /** Of a context, the network that adds to the parameters. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
});

/** Gives the root a slope at the centre, and changes no distance that float32 can tell from 0. */
const tiny = 1e-12;

/** Over r, the distance on the data's side: log h = log(1 + p/(ρ + r)) across a ray, and log(1 + pρ/(ρ + r)²) along it. */
function logDetAt(r: Tensor, reach: Tensor, pull: Tensor, size: number): Tensor {
  const away = add(reach, r);
  const across = log(add(div(pull, away), 1));
  const along = log(add(div(mul(pull, reach), square(away)), 1));
  const logDet = add(mul(across, size - 1), along);
  return reshape(logDet, [logDet.shape[0] as number]);
}

/**
 * The radial map (Rezende & Mohamed 2015, "Variational inference with normalizing flows", eq. 14), from data to base, r = |x − c|:
 *
 *   z = c + (x − c)·h,  h = 1 + p/(ρ + r),  logDet = (D − 1)·log h + log(1 + pρ/(ρ + r)²)
 *
 * with p = ρ·(eˢ − 1), so that h > 0 for every s, the logarithm of the stretch at the centre. Starts as the identity. Of vectors; a context moves centre, reach and
 * stretch by a network.
 *
 * Both directions are closed: the distance s = r·h on the base's side is a quadratic equation in r with one root that isn't negative.
 */
export const radial: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-classic/radial',
  version: 1,
  schema,
  build: ({ bound, conditioner }, site): Bijector<ContextParams> => {
    const { eventShape, fail } = site;
    if (eventShape.length !== 1) fail('radial takes vectors, that is an event shape of one number');
    const size = sizeOf(eventShape);
    const parameters = contextParameters(conditioner, site, { centre: size, logReach: 1, logStretch: 1 });
    const bounded = (raw: Tensor): Tensor => mul(tanh(div(raw, bound)), bound);
    const partsOf = (...given: Parameters<typeof parameters.parts>) => {
      const { centre, logReach, logStretch } = parameters.parts(...given);
      const reach = exp(bounded(logReach));
      return { centre, reach, pull: mul(reach, expm1(bounded(logStretch))) };
    };
    const distance = (offset: Tensor): Tensor => sqrt(add(sum(square(offset), 1, true), tiny));
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: parameters.contextShape,
      support: { domain: everywhere, codomain: everywhere },
      layout: parameters.layout,
      init: (seed) =>
        parameters.init(concat([normal([size], fold(seed, 'centre')), zeros([2])]), fold(seed, 'network')),
      inverse: (params, x, call) => {
        const { centre, reach, pull } = partsOf(params, x.shape[0] as number, call);
        const offset = sub(x, centre);
        const r = distance(offset);
        const factor = add(div(pull, add(reach, r)), 1);
        return { value: add(centre, mul(offset, factor)), logDet: logDetAt(r, reach, pull, size) };
      },
      forward: (params, z, call) => {
        const { centre, reach, pull } = partsOf(params, z.shape[0] as number, call);
        const offset = sub(z, centre);
        const s = distance(offset);
        const b = sub(sub(s, reach), pull);
        // (b + √(b² + 4ρs))/2, and where that would be a difference of nearly equal numbers, the other root's partner.
        const q = mul(add(abs(b), sqrt(add(square(b), mul(mul(reach, s), 4)))), 0.5);
        const factor = where(greaterEqual(b, 0), div(q, s), div(reach, q));
        return {
          value: add(centre, mul(offset, factor)),
          logDet: neg(logDetAt(mul(factor, s), reach, pull, size)),
        };
      },
    };
  },
});
