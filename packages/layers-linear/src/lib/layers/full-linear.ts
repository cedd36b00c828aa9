import { type Definition, defineLayer } from '@diffeo/core';
import { lastAxis } from '@diffeo/ops';
import { strictObject } from 'valibot';
import { fullWeight } from '../matrices/full-weight.ts';
import { linearLayer } from './linear-layer.ts';
import { bias, init } from './linear-options.ts';

const schema = strictObject({ init, bias });

/**
 * Every vector along the last axis times W, which is kept as it is (Kingma & Dhariwal 2018, eq. 9), so that learning can change
 * signs and order too. log |det W| and W⁻¹ are found by elimination on the device, in each call of either direction; nothing
 * bounds W. A singular W, as training can come near but hardly meets, does not stop it: what it gives are large finite numbers,
 * and no inverse.
 */
export const fullLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/full-linear',
  version: 1,
  schema,
  build: (config, site) => linearLayer(site, fullWeight(lastAxis(site).channels, config.init), config.bias),
});
