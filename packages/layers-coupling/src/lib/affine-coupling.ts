import { type Definition, defineLayer, specOf } from '@diffeo/core';
import {
  affine,
  affineImageCoupling,
  affineCoupling as affineVectorCoupling,
  type DenseStackOptions,
} from '@diffeo/ops';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { coupling } from './coupling.ts';
import type { Direction } from './coupling-transform.ts';
import { couplingEntries, type Partition } from './mask.ts';
import { mlp } from './mlp.ts';

const schema = strictObject({
  ...couplingEntries,
  /** The network that conditions. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
  /** c: log-scales stay within ±c, so one layer stretches by at most eᶜ. Default 3. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(20)), 3),
});

const fusedOptions = (
  bound: number,
  { keep, change }: Partition,
  direction: Direction,
  { activation, residual }: DenseStackOptions,
) => ({ keep, change, bound, direction, activation, residual });

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
      fused: {
        vectors: (...given) => affineVectorCoupling(fusedOptions(config.bound, ...given)),
        images: (...given) => affineImageCoupling(fusedOptions(config.bound, ...given)),
      },
    }),
});
