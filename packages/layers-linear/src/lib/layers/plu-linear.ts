import { type Definition, defineLayer } from '@diffeo/core';
import { lastAxis } from '@diffeo/ops';
import { strictObject } from 'valibot';
import { pluWeight } from '../matrices/plu-weight.ts';
import { linearLayer } from './linear-layer.ts';
import { bias, bound, init } from './linear-options.ts';

const schema = strictObject({ init, bound, bias });

/**
 * Every vector along the last axis times W = P·L·(U + diag(sign · exp(logScale))) (Kingma & Dhariwal 2018, eq. 10–11): L is unit
 * lower, U strictly upper triangular; P and the signs are drawn by `init`, fixed and saved. logDet is positions · Σ logScale. On
 * images it is the invertible 1×1 convolution of Glow, for which {@link invertibleConv1x1} is the name.
 *
 * `forward` inverts the triangles in each call: in float32 with one step of Newton (Schulz 1933), which takes the round trip of a
 * random rotation from 1e-5 to 2e-6 at 48 channels and from 1e-4 to 4e-6 at 192; in float64 where the backend has the kernel
 * for it, up to 64. The log-scales are bounded as c·tanh(a/c): where channels depend on each other the likelihood has no upper
 * limit, and without a bound training would drive a scale out of float32. Units belong into `actnorm` or `standardise`. L and U
 * are learned freely, so W can still become ill-conditioned, and the round trip with it.
 */
export const pluLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/plu-linear',
  version: 1,
  schema,
  build: (config, site) =>
    linearLayer(site, pluWeight(lastAxis(site).channels, config.init, config.bound), config.bias),
});
