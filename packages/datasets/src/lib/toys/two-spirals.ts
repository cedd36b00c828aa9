import { positiveNumber, requireOptions } from '@diffeo/core/arguments';
import { noisyCurves } from './noisy-curves.ts';
import type { ToyDensity } from './toy-density.ts';

const end = 3 * Math.PI;

/**
 * Two Archimedean spirals of one and a half turns, each the other turned by half a circle, with Gaussian noise: the
 * point is ∓t (cos t, −sin t) / 3 with t = 3π √u for u uniform, so that the samples spread about evenly along the
 * spiral. The geometry of FFJORD's `2spirals` (Grathwohl et al. 2019), with its noise all Gaussian.
 *
 * `noise` is the standard deviation in each direction, by default 0.1.
 */
export function twoSpirals(options: { readonly noise?: number } = {}): ToyDensity {
  requireOptions('twoSpirals', options, { noise: positiveNumber() });
  const spirals = [-1, 1].map((sign) => ({
    weight: 0.5,
    from: 0,
    to: end,
    point: (t: number) => [(sign * t * Math.cos(t)) / 3, (-sign * t * Math.sin(t)) / 3] as const,
    density: (t: number) => (2 * t) / (end * end),
    quantile: (u: number) => end * Math.sqrt(u),
  }));
  return noisyCurves('two-spirals', spirals, options.noise ?? 0.1);
}
