import { type Definition, defineLayer } from '@diffeo/core';
import { lastAxis } from '@diffeo/ops';
import { strictObject } from 'valibot';
import { qrWeight, triangularWeight } from '../matrices/triangular-weight.ts';
import { linearLayer } from './linear-layer.ts';
import { bias, bound, init, mirrors, reflections } from './linear-options.ts';

const schema = strictObject({ reflections, init, bound, bias });

/**
 * Every vector along the last axis times W = Q·R (Hoogeboom et al. 2019, "Emerging convolutions", §3.2): a rotation by an even number
 * of Householder's reflections, and an upper triangle with a positive diagonal, whose log-scales stay within ±`bound`. logDet is
 * positions · Σ logScale. Better conditioned than PLU: the rotation is none of R's concern.
 */
export const qrLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/qr-linear',
  version: 1,
  schema,
  build: ({ reflections: given, init, bound, bias }, site) => {
    const { channels } = lastAxis(site);
    // A line has no rotation, and no parameters for one.
    return channels === 1
      ? linearLayer(site, triangularWeight(1, 'upper', bound), bias)
      : linearLayer(site, qrWeight(channels, mirrors(channels, given), init, bound), bias);
  },
});
