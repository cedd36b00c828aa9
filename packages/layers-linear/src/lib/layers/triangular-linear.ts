import { type Definition, defineLayer } from '@diffeo/core';
import { lastAxis } from '@diffeo/ops';
import { optional, picklist, strictObject } from 'valibot';
import { triangularWeight } from '../matrices/triangular-weight.ts';
import { linearLayer } from './linear-layer.ts';
import { bias, bound } from './linear-options.ts';

const schema = strictObject({
  /** Which numbers each depends on: those before it, or those behind. Default `lower`: before. */
  triangle: optional(picklist(['lower', 'upper']), 'lower'),
  bound,
  bias,
});

/**
 * Every vector along the last axis times a triangle with a positive diagonal, whose log-scales stay within ±`bound`: each number
 * depends linearly on those before it. Any Gaussian is one of these maps of the standard normal (Cholesky). logDet is positions · Σ
 * logScale; the inverse is by substitution.
 */
export const triangularLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/triangular-linear',
  version: 1,
  schema,
  build: (config, site) =>
    linearLayer(site, triangularWeight(lastAxis(site).channels, config.triangle, config.bound), config.bias),
});
