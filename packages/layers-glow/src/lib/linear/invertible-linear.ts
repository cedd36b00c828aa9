import { type Bijector, type Definition, defineLayer, everywhere, type Shape, type Site } from '@diffeo/core';
import { channelMap } from '@diffeo/ops';
import {
  type InferOutput,
  integer,
  literal,
  maxValue,
  minValue,
  multipleOf,
  number,
  optional,
  picklist,
  pipe,
  strictObject,
  variant,
} from 'valibot';
import { lastAxis } from './last-axis.ts';
import { linearFusion } from './linear-fusion.ts';
import { fullMatrix } from './matrices/full-matrix.ts';
import { lowRank } from './matrices/low-rank-matrix.ts';
import { exponentialMatrix, reflectionsMatrix, still } from './matrices/orthogonal-matrix.ts';
import { pluMatrix } from './matrices/plu-matrix.ts';
import { qrMatrix, triangular } from './matrices/triangular-matrix.ts';
import type { WeightMatrix } from './matrices/weight-matrix.ts';

/** The initial W: the identity, or a random rotation by the seed of `init`. Default `identity`. */
const init = optional(picklist(['identity', 'rotation']), 'identity');

/**
 * Log-scales stay within ±bound. Default 5. Random rotations in PLU factors have log-scales up to 0.8 at 3 channels, 2 at 48 and 2.3
 * at 192; a bound below that starts from something else than a rotation.
 */
const bound = optional(pipe(number(), minValue(0.01), maxValue(20)), 5);

const count = pipe(number(), integer(), minValue(1), maxValue(65536));
/** How many mirrors, an even number. Default: as many as there are channels, or one more. Fewer reach fewer rotations. */
const reflections = optional(pipe(count, multipleOf(2)));

const schema = variant('matrix', [
  strictObject({
    /**
     * How W is kept: `plu`, in factors whose log-determinant is a sum, `full`, as it is, or one of the families `orthogonal`,
     * `triangular`, `qr`, `low-rank`. Default `plu`.
     */
    matrix: optional(literal('plu'), 'plu'),
    init,
    bound,
  }),
  strictObject({ matrix: literal('full'), init }),
  strictObject({
    /** A rotation: a product of Householder's reflections, or the exponential of a skew-symmetric matrix. */
    matrix: literal('orthogonal'),
    by: optional(picklist(['reflections', 'exponential']), 'reflections'),
    reflections,
    init,
  }),
  strictObject({
    matrix: literal('triangular'),
    triangle: optional(picklist(['lower', 'upper']), 'lower'),
    bound,
  }),
  strictObject({ matrix: literal('qr'), reflections, init, bound }),
  strictObject({
    matrix: literal('low-rank'),
    /** How many columns the factor has. Default 1. */
    rank: optional(count, 1),
    bound,
  }),
]);
type Config = InferOutput<typeof schema>;

/** The way in which a configuration keeps its matrix. */
// biome-ignore lint/suspicious/noExplicitAny: its parameters depend on the configuration
function weightOf(config: Config, channels: number, site: Site): WeightMatrix<any> {
  const mirrors = (given = channels + (channels % 2)): number => given;
  switch (config.matrix) {
    case 'full':
      return fullMatrix(channels, config.init);
    case 'orthogonal':
      if (channels === 1) return still;
      if (config.by === 'reflections') return reflectionsMatrix(mirrors(config.reflections), channels, config.init);
      if (config.reflections !== undefined) site.fail("'reflections' is for by: 'reflections'");
      return exponentialMatrix(channels, config.init);
    case 'triangular':
      return triangular(channels, config.triangle, config.bound);
    case 'qr':
      if (channels === 1) return triangular(1, 'upper', config.bound);
      return qrMatrix(channels, mirrors(config.reflections), config.init, config.bound);
    case 'low-rank':
      return lowRank(channels, config.rank, config.bound);
    default:
      return pluMatrix(channels, config.init, config.bound);
  }
}

/** Multiplies every vector along the last axis by W, and by its inverse. */
const multiplication = <P>(weight: WeightMatrix<P>, eventShape: Shape): Bijector<P> => ({
  eventShape,
  baseShape: eventShape,
  contextShape: null,
  support: { domain: everywhere, codomain: everywhere },
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
 *
 * `matrix: 'orthogonal'` is a rotation, of logDet 0, whose inverse is its transpose: a product of an even number of Householder's
 * reflections (Tomczak & Welling 2016), or the exponential of a skew-symmetric matrix (`by: 'exponential'`). `'triangular'` has a
 * positive diagonal; `'qr'` is a rotation times an upper triangle (Hoogeboom et al. 2019), better conditioned than PLU; `'low-rank'`
 * is a positive diagonal and U·Uᵀ, in few parameters.
 */
export const invertibleLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-glow/invertible-linear',
  version: 1,
  schema,
  // biome-ignore lint/suspicious/noExplicitAny: its parameters depend on the configuration
  build: (config, site): Bijector<any> => {
    const { channels } = lastAxis(site);
    return multiplication(weightOf(config, channels, site), site.eventShape);
  },
});
