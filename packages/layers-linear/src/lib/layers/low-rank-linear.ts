import { type Definition, defineLayer } from '@diffeo/core';
import { lastAxis } from '@diffeo/ops';
import { optional, strictObject } from 'valibot';
import { lowRankWeight } from '../matrices/low-rank-weight.ts';
import { linearLayer } from './linear-layer.ts';
import { bias, bound, count } from './linear-options.ts';

const schema = strictObject({
  /** How many columns U has. Default 1. */
  rank: optional(count, 1),
  bound,
  bias,
});

/**
 * Every vector along the last axis times W = D + U·Uᵀ with a positive diagonal D, whose log-scales stay within ±`bound`: a positive
 * definite matrix in channels · (1 + rank) numbers. logDet is by the determinant lemma, the inverse by Woodbury's identity, both
 * from a matrix of the size of the rank. It starts near the identity: U = 0 would have no gradient.
 */
export const lowRankLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/low-rank-linear',
  version: 1,
  schema,
  build: (config, site) =>
    linearLayer(site, lowRankWeight(lastAxis(site).channels, config.rank, config.bound), config.bias),
});
