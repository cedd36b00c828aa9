import { positiveNumber, requireOptions } from '@diffeo/core/arguments';
import { noisyCurves, uniformCurve } from './noisy-curves.ts';
import type { ToyDensity } from './toy-density.ts';

/**
 * Two interleaved half circles with Gaussian noise, the geometry of scikit-learn's `make_moons`: a unit half circle
 * around the origin and one below it around (1, 0.5), half of the samples each, the angle uniform on [0, π].
 *
 * `noise` is the standard deviation in each direction, by default 0.1; the entropy is then 1.0068 nats.
 *
 * @example
 * const moons = twoMoons({ noise: 0.05 });
 * const rows = moons.sample(1000, 1);
 * const mean = moons.logProb(rows).reduce((sum, value) => sum + value) / rows.count;
 * console.log(-mean, moons.entropy); // close to each other
 */
export function twoMoons(options: { readonly noise?: number } = {}): ToyDensity {
  requireOptions('twoMoons', options, { noise: positiveNumber() });
  return noisyCurves(
    'two-moons',
    [
      uniformCurve(0.5, [0, Math.PI], (t) => [Math.cos(t), Math.sin(t)]),
      uniformCurve(0.5, [0, Math.PI], (t) => [1 - Math.cos(t), 0.5 - Math.sin(t)]),
    ],
    options.noise ?? 0.1,
  );
}
