import { DiffeoError } from '@diffeo/core';
import { noisyCurves, uniformCurve } from './noisy-curves.ts';
import { requirePositive, type ToyDensity } from './toy-density.ts';

/** Options of {@link concentricRings} and {@link rings}. */
export interface RingsOptions {
  /** One circle around the origin for each. */
  readonly radii?: readonly number[];
  /** The standard deviation of the Gaussian noise in each direction. */
  readonly noise?: number;
}

function ringsNamed(name: string, radii: readonly number[], noise: number): ToyDensity {
  if (radii.length === 0) throw new DiffeoError('CONFIG', `${name}: radii must hold at least one radius.`);
  requirePositive(name, Object.fromEntries(radii.map((radius, i) => [`radii[${i}]`, radius])));
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
export const concentricRings = ({ radii = [0.75, 1.5, 2.25, 3], noise = 0.16 }: RingsOptions = {}): ToyDensity =>
  ringsNamed('concentric-rings', radii, noise);

/** Two {@link concentricRings}: by default radii 1 and 0.4 with noise 0.06; the entropy is then 0.6741 nats. */
export const rings = ({ radii = [1, 0.4], noise = 0.06 }: RingsOptions = {}): ToyDensity =>
  ringsNamed('rings', radii, noise);
