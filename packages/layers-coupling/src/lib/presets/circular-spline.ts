import type { Spec } from '@diffeo/core';
import { numberBetween, type OptionChecks, requireOptions, wholeNumber } from '@diffeo/core/arguments';
import { rationalQuadratic } from '@diffeo/ops';
import { type CouplingPairsOptions, couplingPairs, pairsChecks, pairsSynonyms } from './coupling-pairs.ts';

/** What `circularSpline()` takes. */
export interface CircularSplineOptions extends CouplingPairsOptions {
  /** How many bins each spline has, from 2 to 256. Default 8. */
  readonly bins?: number;
  /** Numbers are points of circles [−bound, bound], both ends one point. Default π, for angles. */
  readonly bound?: number;
}

const checks: OptionChecks<CircularSplineOptions> = {
  ...pairsChecks,
  bins: wholeNumber({ from: 2, to: 256 }),
  bound: numberBetween(1e-3, 1e6),
};

/**
 * A flow of angles, that is on a torus (Rezende et al. 2020, "Normalizing flows on tori and spheres", §2.1): couplings in pairs of circular rational-quadratic splines, each turned by a
 * phase, whose networks see cosines and sines. Its base is uniform on the circles: `uniformBox({ low: -Math.PI, high: Math.PI, circular: true })`.
 *
 * @throws DiffeoError `CONFIG`, `SEED` for options that there are not, or that cannot be meant.
 */
export function circularSpline(options: CircularSplineOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('circularSpline', options, checks, { ...pairsSynonyms, knots: 'bins' });
  const { bins = 8, bound = Math.PI, ...pairs } = options;
  return couplingPairs(rationalQuadratic({ bins, bound, tails: 'circular' }), pairs, bound);
}
