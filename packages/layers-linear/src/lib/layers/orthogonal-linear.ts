import { type Definition, defineLayer } from '@diffeo/core';
import { lastAxis } from '@diffeo/ops';
import { optional, picklist, strictObject } from 'valibot';
import { exponentialWeight, reflectionsWeight, still } from '../matrices/orthogonal-weight.ts';
import { linearLayer } from './linear-layer.ts';
import { bias, init, mirrors, reflections } from './linear-options.ts';

const schema = strictObject({
  /** A product of Householder's reflections, or the exponential of a skew-symmetric matrix. Default `reflections`. */
  by: optional(picklist(['reflections', 'exponential']), 'reflections'),
  reflections,
  init,
  bias,
});

/**
 * Every vector along the last axis times a rotation, of logDet 0, whose inverse is its transpose, so that no training can make it
 * ill-conditioned: a product of an even number of Householder's reflections (Tomczak & Welling 2016), or with `by: 'exponential'` the
 * exponential of a skew-symmetric matrix.
 *
 * @throws DiffeoError `SHAPE`, when the flow is built, for a number of reflections beside `by: 'exponential'`.
 */
export const orthogonalLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/orthogonal-linear',
  version: 1,
  schema,
  build: ({ by, reflections: given, init, bias }, site) => {
    const { channels } = lastAxis(site);
    if (by === 'exponential' && given !== undefined) site.fail("'reflections' is for by: 'reflections'");
    if (channels === 1) return linearLayer(site, still, bias);
    return by === 'reflections'
      ? linearLayer(site, reflectionsWeight(mirrors(channels, given), channels, init), bias)
      : linearLayer(site, exponentialWeight(channels, init), bias);
  },
});
