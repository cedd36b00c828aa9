import { DiffeoError, fold, type LayoutTree, leaves, mapParams, randomSource, type Seed } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { gradients } from '@diffeo/core/gradients';
import { mean, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { epsilon } from './epsilon.ts';

/** How to go away from the parameters. */
export interface TaylorOptions {
  /** Draws the directions. Default 1. */
  readonly seed?: Seed;
  /** How many directions to average over, so that a curvature that happens to vanish in one misleads nobody. Default 3. */
  readonly directions?: number;
  /** Step lengths, falling. Default ½, ¼, … 2⁻¹². */
  readonly steps?: readonly number[];
}

/** What is left of a loss after its first-order expansion. */
export interface TaylorRemainders {
  readonly steps: readonly number[];
  /** |L(p + h·d) − L(p) − h·∇L·d| for each step h, its root mean square over the directions d. */
  readonly remainders: readonly number[];
  /**
   * The power of h with which the remainder falls, at the shortest steps that rounding leaves readable: 2 where the
   * gradient is right, 1 where it is not. Infinity where nothing rises above rounding (a linear loss).
   */
  readonly order: number;
}

const defaultSteps = Array.from({ length: 12 }, (_, i) => 2 ** -(i + 1));
/** Steps that the order is read from: enough to level out the kinks of a relu, few enough to be near the limit. */
const fitted = 4;
/** So short a step, relative to the shortest asked for, that all that is left of a right gradient's remainder is rounding. */
const tiny = 2 ** -4;

/** How far above rounding a remainder must stand to be read. */
const clear = 32;

interface Loss {
  readonly mean: number;
  /** How far float32 may have put the mean off, roughly. */
  readonly rounding: number;
}

function evaluate(f: () => Tensor): Loss {
  const losses = tidied(f);
  const values = losses.dataSync();
  losses.dispose();
  let sum = 0;
  for (const value of values) sum += value;
  const loss = sum / values.length;
  return { mean: loss, rounding: (4 * epsilon * (1 + Math.abs(loss))) / Math.sqrt(values.length) };
}

/** The slope of log remainder over log step, by least squares over the shortest steps that stand clear of rounding. */
function orderOf(steps: readonly number[], remainders: readonly number[], rounding: number): number {
  if (remainders.some((remainder) => !Number.isFinite(remainder))) return Number.NaN;
  const end = remainders.findLastIndex((remainder) => remainder > clear * rounding) + 1;
  const points = steps
    .slice(0, end)
    .map((step, i) => [Math.log(step), Math.log(Math.max(rounding, remainders[i] as number))] as const)
    .slice(-fitted);
  if (points.length < 2) return Infinity;
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x0, y0] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
}

/**
 * The Taylor test of a gradient: goes from the parameters in random directions of length about 1 and returns what the
 * first-order expansion leaves over, which must fall with the square of the step. `loss` returns a scalar or, better, the
 * loss of each row, which is averaged in float64 on the host so that rounding does not cover the remainder.
 *
 * @throws DiffeoError `PARAMETERS` when no leaf is trainable, `UNSTARTED` when one has not started.
 */
export function taylorRemainders<P>(
  layout: LayoutTree,
  params: P,
  loss: (params: P) => Tensor,
  { seed = 1, directions = 3, steps = defaultSteps }: TaylorOptions = {},
): TaylorRemainders {
  if (steps.length < 2) throw new DiffeoError('CONFIG', 'a Taylor test takes at least two steps');
  const { value, gradients: found } = gradients(layout, params, (given) => mean(loss(given)));
  value.dispose();
  const slopes = new Map(found.map(({ path, tensor: gradient }) => [path, gradient.dataSync().slice()]));
  for (const gradient of found) gradient.tensor.dispose();

  const trainable = leaves(layout, params).filter(({ path }) => slopes.has(path));
  const length = Math.sqrt(trainable.reduce((count, { leaf }) => count + leaf.shape.reduce((a, b) => a * b, 1), 0));
  const from = new Map(trainable.map(({ path, tensor: leaf }) => [path, (leaf as Tensor).dataSync().slice()]));

  const start = evaluate(() => loss(params));
  const remainderAlong = (direction: Seed, step: number): number => {
    let linear = 0;
    const end = evaluate(() =>
      loss(
        mapParams(layout, params, (before, path) => {
          const origin = from.get(path);
          if (!origin || !before) return before;
          const { normal } = randomSource(fold(direction, path));
          const slope = slopes.get(path) as Float32Array;
          // The step that float32 really makes, so that its rounding is no part of the remainder.
          const moved = origin.map((number, i) => {
            const to = Math.fround(number + (step * normal()) / length);
            linear += (slope[i] as number) * (to - number);
            return to;
          });
          return tensor(moved, before.shape, 'float32');
        }),
      ),
    );
    return end.mean - start.mean - linear;
  };
  const remainderAt = (step: number): number => {
    let squares = 0;
    for (let i = 0; i < directions; i++) squares += remainderAlong(fold(seed, i), step) ** 2;
    return Math.sqrt(squares / directions);
  };
  const remainders = steps.map(remainderAt);
  const rounding = Math.max(start.rounding, remainderAt(tiny * Math.min(...steps)));
  return { steps, remainders, order: orderOf(steps, remainders, rounding) };
}
