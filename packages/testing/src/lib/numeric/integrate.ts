import { DiffeoError } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';

/** The log-density of each row: `[batch, dimensions]` → `[batch]`, nats. */
export type LogDensity = (x: Tensor) => Tensor;

/** What the density integrates to on the grid. */
export interface Integral {
  /** ∫ p, 1 for a density whose mass lies within the grid. */
  readonly mass: number;
  /** −∫ p log p, nats. */
  readonly entropy: number;
}

interface Axis {
  readonly low: number;
  readonly high: number;
}

/** Rows in one call of the density. */
const batch = 8192;

function integrate(logDensity: LogDensity, axes: readonly Axis[], points: number): Integral {
  const broken = axes.find(({ low, high }) => !(low < high) || !Number.isFinite(high - low));
  if (broken || !Number.isSafeInteger(points) || points < 1) {
    const range = broken ? `[${broken.low}, ${broken.high}]` : `${points} points`;
    throw new DiffeoError('CONFIG', `a grid has finite bounds, low below high, and at least one point; got ${range}`);
  }
  const dimensions = axes.length;
  const count = points ** dimensions;
  const cell = axes.reduce((volume, { low, high }) => volume * ((high - low) / points), 1);
  let mass = 0;
  let entropy = 0;
  for (let from = 0; from < count; from += batch) {
    const rows = Math.min(batch, count - from);
    const grid = new Float32Array(rows * dimensions);
    for (let row = 0; row < rows; row++) {
      for (let axis = 0, rest = from + row; axis < dimensions; axis++, rest = Math.floor(rest / points)) {
        const { low, high } = axes[axis] as Axis;
        grid[row * dimensions + axis] = low + ((high - low) * ((rest % points) + 0.5)) / points;
      }
    }
    const densities = tidied(() => logDensity(tensor2d(grid, [rows, dimensions])));
    for (const logP of densities.dataSync()) {
      const p = Math.exp(logP) * cell;
      mass += p;
      if (p > 0) entropy -= p * logP;
    }
    densities.dispose();
  }
  return { mass, entropy };
}

/**
 * Integrates a density on a line, by the midpoint rule on `points` cells. `logDensity` takes `[batch, 1]`.
 *
 * @throws DiffeoError `CONFIG` for a grid that is none.
 */
export const integrate1d = (
  logDensity: LogDensity,
  { low, high, points = 4096 }: { readonly low: number; readonly high: number; readonly points?: number },
): Integral => integrate(logDensity, [{ low, high }], points);

/**
 * Integrates a density on a plane, by the midpoint rule on `points` × `points` cells, in batches. `logDensity` takes
 * `[batch, 2]`; `low` and `high` are the corners of the grid.
 *
 * @throws DiffeoError `CONFIG` for a grid that is none.
 */
export const integrate2d = (
  logDensity: LogDensity,
  {
    low,
    high,
    points = 200,
  }: { readonly low: readonly [number, number]; readonly high: readonly [number, number]; readonly points?: number },
): Integral =>
  integrate(
    logDensity,
    [
      { low: low[0], high: high[0] },
      { low: low[1], high: high[1] },
    ],
    points,
  );
