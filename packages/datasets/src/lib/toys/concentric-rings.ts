import { DiffeoError } from '@diffeo/core';
import { listOf, positiveNumber, requireOptions } from '@diffeo/core/arguments';
import { noisyCurves, uniformCurve } from './noisy-curves.ts';
import type { ToyDensity } from './toy-density.ts';

/** Options of {@link concentricRings} and {@link rings}. */
export interface RingsOptions {
  /** One circle around the origin for each. */
  readonly radii?: readonly number[];
  /** The standard deviation of the Gaussian noise in each direction. */
  readonly noise?: number;
}

function ringsNamed(name: string, options: RingsOptions, defaults: Required<RingsOptions>): ToyDensity {
  requireOptions(name, options, { radii: listOf(positiveNumber()), noise: positiveNumber() });
  const { radii = defaults.radii, noise = defaults.noise } = options;
  if (radii.length === 0) throw new DiffeoError('CONFIG', `${name}: radii must hold at least one radius.`);
  const circles = radii.map((radius) =>
    uniformCurve(1 / radii.length, [0, 2 * Math.PI], (t) => [radius * Math.cos(t), radius * Math.sin(t)]),
  );
  return noisyCurves(name, circles, noise);
}

/**
 * Circles around the origin with Gaussian noise, each with the same share of the samples: by default radii 0.75, 1.5,
 * 2.25 and 3 with noise 0.16. The density of one circle is that of the Rice distribution over 2πρ, with a Bessel
 * function I₀; here it is integrated over the circle.
 */
export const concentricRings = (options: RingsOptions = {}): ToyDensity =>
  ringsNamed('concentric-rings', options, { radii: [0.75, 1.5, 2.25, 3], noise: 0.16 });

/** Two {@link concentricRings}: by default radii 1 and 0.4 with noise 0.06; the entropy is then 0.6741 nats. */
export const rings = (options: RingsOptions = {}): ToyDensity =>
  ringsNamed('rings', options, { radii: [1, 0.4], noise: 0.06 });
