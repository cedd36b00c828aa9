import { fold, sizeOf } from '@diffeo/core';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { type Integral, integrate1d, integrate2d } from '../numeric/integrate.ts';
import type { Subject } from '../subject.ts';
import { drawContext, type Trial } from '../trial.ts';

/** Whether the density is one that a grid can hold. */
export const fitsGrid = ({ model }: Subject): boolean => sizeOf(model.eventShape) <= 2;

/** One context for everything, since a density is one for each context. */
const oneContext = (trial: Trial) => drawContext(trial, 1, 'density');

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

/** The box that the samples lie in, a quarter wider on each side, but within the domain. */
function box(trial: Trial, drawn: Float32Array, size: number): readonly (readonly [number, number])[] {
  const [lowest, highest] = trial.settings.domain ?? [-Infinity, Infinity];
  return Array.from({ length: size }, (_, axis) => {
    const along = drawn.filter((_value, i) => i % size === axis);
    const low = along.reduce((a, b) => Math.min(a, b), Infinity);
    const high = along.reduce((a, b) => Math.max(a, b), -Infinity);
    const margin = 0.25 * (high - low);
    return [Math.max(lowest, low - margin), Math.min(highest, high + margin)] as const;
  });
}

/** Integrates the density over the region that its samples come from. */
export function quadrature(trial: Trial, drawn: Float32Array): Integral {
  const size = sizeOf(trial.model.eventShape);
  const [first, second] = box(trial, drawn, size) as [readonly [number, number], readonly [number, number]];
  return second
    ? integrate2d(logDensity(trial), { low: [first[0], second[0]], high: [first[1], second[1]] })
    : integrate1d(logDensity(trial), { low: first[0], high: first[1] });
}
