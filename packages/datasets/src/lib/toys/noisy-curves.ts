import type { RandomSource } from '@diffeo/core';
import type { Curve } from './curve.ts';
import { curveQuadrature } from './curve-quadrature.ts';
import { type Grid, gridEntropy } from './grid-entropy.ts';
import { type Point, requirePositive, type ToyDensity, toyDensity } from './toy-density.ts';

/** A curve whose parameter is uniform on [from, to]. */
export const uniformCurve = (
  weight: number,
  [from, to]: readonly [number, number],
  point: (t: number) => Point,
): Curve => ({
  weight,
  from,
  to,
  point,
  density: () => 1 / (to - from),
  quantile: (u) => from + (to - from) * u,
});

function surroundings(curves: readonly Curve[], noise: number): Grid {
  const points = curves.flatMap(({ from, to, point }) =>
    Array.from({ length: 1001 }, (_, i) => point(from + ((to - from) * i) / 1000)),
  );
  const range = (numbers: readonly number[]): [number, number] => [
    Math.min(...numbers) - 9 * noise,
    Math.max(...numbers) + 9 * noise,
  ];
  return { x: range(points.map(([x]) => x)), y: range(points.map(([, y]) => y)), step: noise / 3 };
}

/**
 * The density of a random point on one of the curves plus Gaussian noise of standard deviation `noise` in every
 * direction: p(x) = Σ weight ∫ density(t) N(x; point(t), noise² I) dt. The integral over the curve is taken by
 * {@link curveQuadrature}; the entropy by a grid over the plane with steps of `noise` / 3, so it takes long for little noise.
 */
export function noisyCurves(name: string, curves: readonly Curve[], noise: number): ToyDensity {
  requirePositive(name, { noise });
  const logIntegral = curveQuadrature(curves, noise);
  const logNormaliser = -Math.log(2 * Math.PI * noise * noise);
  const logDensity = (x: number, y: number): number => logNormaliser + logIntegral(x, y);

  function pick(source: RandomSource): Curve {
    let left = source.uniform();
    for (const curve of curves) {
      if (left < curve.weight) return curve;
      left -= curve.weight;
    }
    return curves.at(-1) as Curve;
  }
  return toyDensity({
    name,
    logDensity,
    draw(source) {
      const curve = pick(source);
      const [x, y] = curve.point(curve.quantile(source.uniform()));
      return [x + noise * source.normal(), y + noise * source.normal()];
    },
    entropy: () => gridEntropy(surroundings(curves, noise), logDensity),
  });
}
