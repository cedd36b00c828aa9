import { DiffeoError, type RandomSource, randomSource, type Seed } from '@diffeo/core';
import { describeValue, requireSeed } from '@diffeo/core/arguments';
import { type Dataset, datasetFrom } from '../data/dataset.ts';

/** A point of the plane. */
export type Point = readonly [x: number, y: number];

/** Points of the plane: rows of event shape `[2]`, or plain numbers x₀, y₀, x₁, y₁, … */
export type Points = Dataset | ArrayLike<number>;

/** A density on the plane of which everything is known, computed on the host in float64. */
export interface ToyDensity {
  readonly name: string;
  readonly eventShape: readonly [2];
  /** In nats: the smallest mean negative log-likelihood that a model can have. Computed when first read. */
  readonly entropy: number;
  /** `count` independent samples. The same seed gives the same ones, and fewer of them are the first of more. */
  sample(count: number, seed: Seed): Dataset<Float32Array>;
  /** The log-density in nats at every point, `−Infinity` where there is none. */
  logProb(points: Points): Float64Array;
}

/** What tells one toy density from another. */
export interface ToyDensityParts {
  readonly name: string;
  /** One sample. */
  draw(source: RandomSource): Point;
  /** The log-density at one point, nats. */
  logDensity(x: number, y: number): number;
  /** In nats; called at most once. */
  entropy(): number;
}

function coordinates(points: Points): ArrayLike<number> {
  const numbers = 'values' in points && 'eventShape' in points ? points.values : points;
  if ('eventShape' in points && (points.eventShape.length !== 1 || points.eventShape[0] !== 2)) {
    throw new DiffeoError('SHAPE', `Points of the plane have event shape [2]; got [${points.eventShape.join(', ')}].`);
  }
  if (numbers.length % 2 !== 0) {
    throw new DiffeoError('SHAPE', `Points of the plane are pairs of numbers; got ${numbers.length} numbers.`);
  }
  return numbers;
}

/** Makes a {@link ToyDensity} of its parts. */
export function toyDensity({ name, draw, logDensity, entropy }: ToyDensityParts): ToyDensity {
  let known: number | undefined;
  return {
    name,
    eventShape: [2],
    get entropy() {
      known ??= entropy();
      return known;
    },
    sample(count, seed) {
      if (!Number.isInteger(count) || count < 0) {
        throw new DiffeoError(
          'DATA',
          `${name}: the number of samples must be a whole number from 0; got ${describeValue(count)}.`,
        );
      }
      requireSeed(seed, `${name}: the seed`);
      const source = randomSource(seed);
      const values = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) values.set(draw(source), 2 * i);
      return datasetFrom(values, { eventShape: [2], columns: ['x', 'y'] });
    },
    logProb(points) {
      const numbers = coordinates(points);
      return Float64Array.from({ length: numbers.length / 2 }, (_, i) => {
        const [x, y] = [numbers[2 * i] as number, numbers[2 * i + 1] as number];
        return Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : logDensity(x, y);
      });
    },
  };
}

/** Throws `CONFIG` unless every option is a finite number above 0. */
export function requirePositive(name: string, options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new DiffeoError('CONFIG', `${name}: ${option} must be a finite number above 0; got ${value}.`);
    }
  }
}
