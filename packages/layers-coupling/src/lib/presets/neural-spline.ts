import type { Spec } from '@diffeo/core';
import { numberBetween, type OptionChecks, requireOptions, wholeNumber } from '@diffeo/core/arguments';
import { rationalQuadratic } from '@diffeo/ops';
import { type CouplingPairsOptions, couplingPairs, pairsChecks, pairsSynonyms } from './coupling-pairs.ts';

/** What `neuralSpline()` takes. */
export interface NeuralSplineOptions extends CouplingPairsOptions {
  /** How many bins each spline has, from 2 to 256. Default 8; 16 pays in one to three dimensions. */
  readonly bins?: number;
  /** Splines bend what lies in [−bound, bound], and leave the rest as it is: data should be standardised. Default 4. */
  readonly bound?: number;
}

const checks: OptionChecks<NeuralSplineOptions> = {
  ...pairsChecks,
  bins: wholeNumber({ from: 2, to: 256 }),
  bound: numberBetween(1e-3, 1e6),
};

/**
 * The neural spline flow RQ-NSF (C) of Durkan et al. 2019 with dense networks: rational-quadratic spline couplings in pairs.
 * Layers for `flow({ layers: [standardise(), ...neuralSpline()] })`.
 *
 * @throws DiffeoError `CONFIG`, `SEED` for options that there are not, or that cannot be meant.
 */
export function neuralSpline(options: NeuralSplineOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('neuralSpline', options, checks, { ...pairsSynonyms, knots: 'bins' });
  const { bins = 8, bound = 4, ...pairs } = options;
  return couplingPairs(rationalQuadratic({ bins, bound }), pairs);
}
