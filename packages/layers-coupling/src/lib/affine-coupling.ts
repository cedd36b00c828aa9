import { type Definition, defineLayer, specOf } from '@diffeo/core';
import { affine, affineCoupling as fusedCoupling } from '@diffeo/ops';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { coupling } from './coupling.ts';
import { couplingEntries } from './mask.ts';
import { mlp } from './mlp.ts';

const schema = strictObject({
  ...couplingEntries,
  /** The network that conditions. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
  /** c: log-scales stay within ±c, so one layer stretches by at most eᶜ. Default 3. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(20)), 3),
});

/**
 * Affine coupling (Dinh et al. 2017, "Density estimation using Real NVP", eq. 7–8), for events of any shape. The log-scale is c·tanh(a/c): symmetric around 0, so that a layer expands as easily as it shrinks, and bounded.
 */
export const affineCoupling: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-coupling/affine',
  version: 1,
  schema,
  build: (config, site) =>
    coupling(config, site, {
      parametersPerDimension: 2,
      apply: (x, raw, direction) => affine(x, raw, config.bound, direction),
      fused: (parts, direction, dense) => fusedCoupling({ ...dense, ...parts, bound: config.bound, direction }),
    }),
});
