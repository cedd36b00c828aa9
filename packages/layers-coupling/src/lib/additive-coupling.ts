import { type Definition, defineLayer, specOf } from '@diffeo/core';
import { add, sub, zeros } from '@tensorflow/tfjs-core';
import { optional, strictObject } from 'valibot';
import { coupling } from './coupling.ts';
import { couplingEntries } from './mask.ts';
import { mlp } from './mlp.ts';

const schema = strictObject({
  ...couplingEntries,
  /** The network that conditions. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
});

/**
 * Additive coupling (Dinh et al. 2015, "NICE", eq. 10), for events of any shape: it shifts and keeps volumes, so logDet is
 * 0.
 */
export const additiveCoupling: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-coupling/additive',
  version: 1,
  schema,
  build: (config, site) =>
    coupling(config, site, {
      parametersPerDimension: 1,
      apply: (x, shift, direction) => ({
        value: direction === 'forward' ? add(x, shift) : sub(x, shift),
        logDet: zeros([x.shape[0] as number]),
      }),
    }),
});
