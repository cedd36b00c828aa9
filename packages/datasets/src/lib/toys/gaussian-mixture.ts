import { gridEntropy } from './grid-entropy.ts';
import { type Point, requirePositive, type ToyDensityParts } from './toy-density.ts';

/** Options of {@link gaussianMixture}. */
export interface GaussianMixtureOptions {
  readonly name: string;
  /** The centres, each with the same share of the samples. */
  readonly centres: readonly Point[];
  /** The standard deviation along each centre's own axes. */
  readonly deviations: readonly [along: number, across: number];
  /** By how much each centre's axes are turned from x and y, in radians; by default not at all. */
  readonly angles?: readonly number[];
}

/** An equal mixture of Gaussians that differ in centre and orientation only; the entropy by a grid over the plane. */
export function gaussianMixture({ name, centres, deviations, angles }: GaussianMixtureOptions): ToyDensityParts {
  const [along, across] = deviations;
  requirePositive(name, { 'the number of centres': centres.length, 'deviations[0]': along, 'deviations[1]': across });
  const parts = centres.map(([x, y], i) => {
    const angle = angles?.[i] ?? 0;
    return { x, y, cos: Math.cos(angle), sin: Math.sin(angle) };
  });
  const logNormaliser = -Math.log(2 * Math.PI * along * across * parts.length);
  const exponents = new Float64Array(parts.length);

  function logDensity(x: number, y: number): number {
    let largest = Number.NEGATIVE_INFINITY;
    parts.forEach((part, i) => {
      const dx = x - part.x;
      const dy = y - part.y;
      const first = (part.cos * dx + part.sin * dy) / along;
      const second = (part.cos * dy - part.sin * dx) / across;
      const exponent = -0.5 * (first * first + second * second);
      exponents[i] = exponent;
      if (exponent > largest) largest = exponent;
    });
    if (largest === Number.NEGATIVE_INFINITY) return largest;
    let sum = 0;
    for (const exponent of exponents) sum += Math.exp(exponent - largest);
    return logNormaliser + largest + Math.log(sum);
  }

  const margin = 9 * Math.max(along, across);
  const range = (numbers: readonly number[]): [number, number] => [
    Math.min(...numbers) - margin,
    Math.max(...numbers) + margin,
  ];
  return {
    name,
    logDensity,
    draw(source) {
      const part = parts[source.integer(parts.length)] as (typeof parts)[number];
      const first = along * source.normal();
      const second = across * source.normal();
      return [part.x + part.cos * first - part.sin * second, part.y + part.sin * first + part.cos * second];
    },
    entropy: () =>
      gridEntropy(
        { x: range(parts.map(({ x }) => x)), y: range(parts.map(({ y }) => y)), step: Math.min(along, across) / 3 },
        logDensity,
      ),
  };
}
