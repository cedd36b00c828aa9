import { type ToyDensity, toyDensity } from '@diffeo/datasets';

/** How wide each Gaussian is, where the drawing is 6 wide. */
const drawnSpread = 0.13;

/**
 * The density of a drawing: a Gaussian around each of its points, all of the same weight.
 *
 * @param points x₀, y₀, x₁, y₁, …; at least one
 */
export function drawnDensity(points: readonly number[]): ToyDensity {
  const count = points.length / 2;
  const inverse = 1 / (2 * drawnSpread ** 2);
  const constant = -Math.log(2 * Math.PI * drawnSpread ** 2 * count);
  const logDensity = (x: number, y: number): number => {
    let total = 0;
    for (let i = 0; i < points.length; i += 2) {
      const square = (x - (points[i] as number)) ** 2 + (y - (points[i + 1] as number)) ** 2;
      total += Math.exp(-square * inverse);
    }
    return constant + Math.log(total);
  };
  return toyDensity({
    name: 'drawing',
    draw: (source) => {
      const i = 2 * Math.min(count - 1, Math.floor(source.uniform() * count));
      return [
        (points[i] as number) + drawnSpread * source.normal(),
        (points[i + 1] as number) + drawnSpread * source.normal(),
      ];
    },
    logDensity,
    entropy: () => {
      const edge = (offset: 0 | 1, pick: (...all: number[]) => number) =>
        pick(...points.filter((_, i) => i % 2 === offset));
      const [left, right] = [edge(0, Math.min) - 6 * drawnSpread, edge(0, Math.max) + 6 * drawnSpread];
      const [low, high] = [edge(1, Math.min) - 6 * drawnSpread, edge(1, Math.max) + 6 * drawnSpread];
      // The midpoint rule at half the spread: further digits are not shown.
      const step = drawnSpread / 2;
      let total = 0;
      for (let y = low; y < high; y += step) {
        for (let x = left; x < right; x += step) {
          const logP = logDensity(x, y);
          if (logP > -700) total -= Math.exp(logP) * logP;
        }
      }
      return total * step * step;
    },
  });
}
