import { type Bijector, type Definition, defineLayer, type Shape } from '@diffeo/core';
import { channelMap } from '@diffeo/ops';
import { literal, maxValue, minValue, number, optional, picklist, pipe, strictObject, variant } from 'valibot';
import { fullMatrix } from './full-matrix.ts';
import { lastAxis } from './last-axis.ts';
import { linearFusion } from './linear-fusion.ts';
import { pluMatrix } from './plu-matrix.ts';
import type { WeightMatrix } from './weight-matrix.ts';

/** The initial W: the identity, or a random rotation by the seed of `init`. Default `identity`. */
const init = optional(picklist(['identity', 'rotation']), 'identity');

const schema = variant('matrix', [
  strictObject({
    /** How W is kept: `plu`, in factors whose log-determinant is a sum, or `full`, as it is. Default `plu`. */
    matrix: optional(literal('plu'), 'plu'),
    init,
    /**
     * Log-scales stay within ±bound. Default 5. Random rotations have log-scales up to 0.8 at 3 channels, 2 at 48 and 2.3 at
     * 192; a bound below that starts from something else than a rotation.
     */
    bound: optional(pipe(number(), minValue(0.01), maxValue(20)), 5),
  }),
  strictObject({ matrix: literal('full'), init }),
]);

/** Multiplies every vector along the last axis by W, and by its inverse. */
const multiplication = <P>(weight: WeightMatrix<P>, eventShape: Shape): Bijector<P> => ({
  eventShape,
  baseShape: eventShape,
  contextShape: null,
  layout: weight.layout,
  init: weight.init,
  forward: (params, z) => channelMap(z, null, weight.inverted(params), 'forward'),
  inverse: (params, x) => channelMap(x, null, weight.direct(params), 'inverse'),
  fusion: linearFusion(weight),
});

/**
 * The invertible linear layer of Glow (Kingma & Dhariwal 2018, §3.2): every vector along the last axis of the event is
 * multiplied by one matrix W. inverse: z = W·x, logDet positions · log |det W|. forward: x = W⁻¹·z, and the negative. On
 * images it is the invertible 1×1 convolution, for which {@link invertibleConv1x1} is the name.
 *
 * `matrix: 'plu'` (eq. 10–11) keeps W = P·L·(U + diag(sign · exp(logScale))), P and the signs drawn by `init`, fixed and
 * saved: the log-determinant is Σ logScale. The triangles are inverted in each call of `forward`: in float32 with one step
 * of Newton (Schulz 1933), which takes the round trip of a random rotation from 1e-5 to 2e-6 at 48 channels and from 1e-4 to
 * 4e-6 at 192; in float64 where the backend has the kernel for it, up to 64. The log-scales are bounded as c·tanh(a/c):
 * where channels depend on each other the likelihood has no upper limit, and without a bound training would drive a scale
 * out of float32. Units belong into `actnorm` or `standardise`. L and U are learned freely, so W can still become
 * ill-conditioned, and the round trip with it.
 *
 * `matrix: 'full'` (eq. 9) keeps W itself, so that learning can change signs and order too. log |det W| and W⁻¹ are found by
 * elimination on the device, in each call of either direction; nothing bounds W. A singular W, as training can come near
 * but hardly meets, does not stop it: what it gives are large finite numbers, and no inverse.
 */
export const invertibleLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-glow/invertible-linear',
  version: 1,
  schema,
  // biome-ignore lint/suspicious/noExplicitAny: its parameters depend on the configuration
  build: (config, site): Bijector<any> => {
    const { channels } = lastAxis(site);
    return config.matrix === 'full'
      ? multiplication(fullMatrix(channels, config.init), site.eventShape)
      : multiplication(pluMatrix(channels, config.init, config.bound), site.eventShape);
  },
});
