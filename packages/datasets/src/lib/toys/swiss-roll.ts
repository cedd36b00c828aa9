import { positiveNumber, requireOptions } from '@diffeo/core/arguments';
import { noisyCurves, uniformCurve } from './noisy-curves.ts';
import type { ToyDensity } from './toy-density.ts';

/**
 * The Swiss roll seen from its end: a spiral t (cos t, sin t) / 5 with t uniform on [1.5π, 4.5π], with Gaussian noise.
 * The first and last coordinate of scikit-learn's `make_swiss_roll`, scaled as in FFJORD (Grathwohl et al. 2019).
 *
 * `noise` is the standard deviation in each direction after the scaling, by default 0.2.
 */
export function swissRoll(options: { readonly noise?: number } = {}): ToyDensity {
  requireOptions('swissRoll', options, { noise: positiveNumber() });
  return noisyCurves(
    'swiss-roll',
    [uniformCurve(1, [1.5 * Math.PI, 4.5 * Math.PI], (t) => [(t * Math.cos(t)) / 5, (t * Math.sin(t)) / 5])],
    options.noise ?? 0.2,
  );
}
