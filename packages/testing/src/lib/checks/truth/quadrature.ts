import { fold, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { reshape, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { type Integral, integrate1d, integrate2d } from '../../numeric/integrate.ts';
import { hasLikelihood, type Subject } from '../../trial/subject.ts';
import { drawContext, type Trial } from '../../trial/trial.ts';

/** Whether there is a density that a grid can hold. */
export const fitsGrid = (subject: Subject): boolean => hasLikelihood(subject) && sizeOf(subject.model.eventShape) <= 2;

/** One context for everything, since a density is one for each context. */
export const oneContext = (trial: Trial) => drawContext(trial, 1, 'density');

/** The log-density of a batch of flattened events. Call it in a tidy. */
export const logDensity =
  (trial: Trial) =>
  (x: Tensor): Tensor => {
    const { model, params } = trial;
    return model.logProb(params, reshape(x, [x.shape[0] as number, ...model.eventShape]), oneContext(trial));
  };

/** Samples, flattened: `[count, size]`. Call it in a tidy. */
export function samples(trial: Trial, count: number): Tensor {
  const { model, params, place } = trial;
  const drawn = model.sample(params, { count, seed: fold(place.seed, 'samples'), ...oneContext(trial) });
  return reshape(drawn, [count, sizeOf(model.eventShape)]);
}

/** How far out, and in how many steps a side, to look for a density that has no samples to show where it lies. */
const [reach, steps] = [64, 256];
/** A density so many nats below its peak counts for nothing. */
const negligible = 16;

/** The points of a coarse grid at which the density is not negligible. */
function likelyPoints(trial: Trial): Float32Array {
  const size = sizeOf(trial.model.eventShape);
  const [low, high] = trial.settings.domain ?? [-reach, reach];
  const grid = Float32Array.from({ length: steps ** size * size }, (_, i) => {
    const step = Math.floor(Math.floor(i / size) / steps ** (i % size)) % steps;
    return low + ((high - low) * (step + 0.5)) / steps;
  });
  const logProbs = tidied(() => logDensity(trial)(tensor2d(grid, [steps ** size, size])));
  const found = Float32Array.from(logProbs.dataSync());
  logProbs.dispose();
  const peak = found.reduce((a, b) => Math.max(a, b), -Infinity);
  return grid.filter((_, i) => (found[Math.floor(i / size)] as number) > peak - negligible);
}

/** The box that the points lie in, a quarter wider on each side and at least `least`, but within the domain. */
function box(trial: Trial, points: Float32Array, least: number): readonly (readonly [number, number])[] {
  const size = sizeOf(trial.model.eventShape);
  const [lowest, highest] = trial.settings.domain ?? [-Infinity, Infinity];
  return Array.from({ length: size }, (_, axis) => {
    const along = points.filter((_value, i) => i % size === axis);
    const low = along.reduce((a, b) => Math.min(a, b), Infinity);
    const high = along.reduce((a, b) => Math.max(a, b), -Infinity);
    const margin = Math.max(least, 0.25 * (high - low));
    return [Math.max(lowest, low - margin), Math.min(highest, high + margin)] as const;
  });
}

/** Integrates the density over the region that its samples come from; without samples, over the one where it is high. */
export function quadrature(trial: Trial, drawn: Float32Array | null): Integral {
  const sides = drawn ? box(trial, drawn, 0) : box(trial, likelyPoints(trial), (2 * reach) / steps);
  const [first, second] = sides as [readonly [number, number], readonly [number, number]];
  return second
    ? integrate2d(logDensity(trial), { low: [first[0], second[0]], high: [first[1], second[1]] })
    : integrate1d(logDensity(trial), { low: first[0], high: first[1] });
}
