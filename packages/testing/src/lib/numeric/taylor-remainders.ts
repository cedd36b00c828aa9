import { DiffeoError, fold, type LayoutTree, type Seed } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { gather, mean, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { epsilon } from './epsilon.ts';
import { parameterWalk } from './parameter-walk.ts';
import { smoothRows } from './smooth-rows.ts';

/** How to go away from the parameters. */
export interface TaylorOptions<P = unknown> {
  /** Draws the directions. Default 1. */
  readonly seed?: Seed;
  /** How many directions to take the median of, so that a kink or a curvature of 0 in one misleads nobody. Default 3. */
  readonly directions?: number;
  /** Step lengths, falling. Default ¼, ⅛, … 2⁻¹⁰. */
  readonly steps?: readonly number[];
  /**
   * The rows to judge by, in order, given the parameters at the far ends of all walks, which are disposed afterwards. Default, and where it gives none: those
   * whose losses bend least abruptly.
   */
  readonly rows?: (ends: readonly P[]) => readonly number[];
}

/** What is left of a loss after its first-order expansion. */
export interface TaylorRemainders {
  readonly steps: readonly number[];
  /**
   * What is left of L(p ± h·d) − L(p) ∓ h·∇L·d for each step h, its median over the directions d: the part that changes its
   * sign with the step, and a 32nd of the part that does not, together as the root of their squares.
   */
  readonly remainders: readonly number[];
  /**
   * The power of h with which the remainder falls, at the shortest steps that rounding leaves readable, its median over
   * the directions: 2 to 3 where the gradient is right, 1 where it is not. Infinity where nothing rises above rounding (a
   * linear loss).
   */
  readonly order: number;
}

const defaultSteps = Array.from({ length: 9 }, (_, i) => 2 ** -(i + 2));
/** Steps that the order is read from: enough to level out the kinks of a relu or a spline, few enough to be near the limit. */
const fitted = 5;
/** So short a step, relative to the shortest asked for, that all that is left of a right gradient's remainder is rounding. */
const tiny = 2 ** -4;

/** How much the part of the remainder counts that is even in the step, all that a right gradient leaves over. */
const curved = 1 / 32;
/** How far above rounding a remainder must stand to be read. */
const clear = 8;

/** The loss of each row, or the one loss. */
function evaluate(f: () => Tensor): Float32Array {
  const losses = tidied(f);
  const values = losses.dataSync().slice() as Float32Array;
  losses.dispose();
  return values;
}

function meanOf(values: Float32Array, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (values[row] as number), 0) / rows.length;
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
 * The Taylor test of a gradient: goes from the parameters in random directions of length about 1, both ways, and returns
 * what the first-order expansion leaves over, which must fall with the square of the step. `loss` returns a scalar or,
 * better, the loss of each row, of which the {@link smoothRows} are averaged in float64 on the host, so that neither
 * rounding nor a kink covers the remainder.
 *
 * @throws DiffeoError `PARAMETERS` when no leaf is trainable, `UNSTARTED` when one has not started.
 */
export function taylorRemainders<P>(
  layout: LayoutTree,
  params: P,
  loss: (params: P) => Tensor,
  { seed = 1, directions = 3, steps = defaultSteps, rows: rowsOf }: TaylorOptions<P> = {},
): TaylorRemainders {
  if (steps.length < 2) throw new DiffeoError('CONFIG', 'a Taylor test takes at least two steps');
  const { moved, slopeOf } = parameterWalk(layout, params);
  const lossesAt = (direction: Seed, step: number) => evaluate(() => loss(moved(direction, step)));

  const start = evaluate(() => loss(params));
  const all = [...steps, tiny * Math.min(...steps)];
  const walks = Array.from({ length: directions }, (_, i) => {
    const direction = fold(seed, i);
    const [above, below] = [1, -1].map((sign) => all.map((step) => lossesAt(direction, sign * step)));
    return { direction, steps, above: above as Float32Array[], below: below as Float32Array[] };
  });
  const farthest = Math.max(...steps);
  const ends = () => walks.flatMap(({ direction }) => [farthest, -farthest].map((step) => moved(direction, step)));
  const told = rowsOf ? tidied(() => rowsOf(ends())) : [];
  const rows = told.length > 0 ? told : smoothRows(start, walks);
  const slope = slopeOf((given) => meanOfRows(loss(given), rows));

  const origin = meanOf(start, rows);
  // Both ways: what a wrong gradient leaves over changes its sign with the step, what curvature leaves over does not.
  const tables = walks.map(({ direction, above, below }) =>
    all.map((step, i) => {
      const up = meanOf(above[i] as Float32Array, rows) - origin - slope(direction, step);
      const down = meanOf(below[i] as Float32Array, rows) - origin - slope(direction, -step);
      return Math.hypot((up - down) / 2, (curved * (up + down)) / 2);
    }),
  );
  const expected = (4 * epsilon * (1 + Math.abs(origin))) / Math.sqrt(rows.length);
  const rounding = Math.max(expected, ...tables.map((table) => table.at(-1) as number));
  return {
    steps,
    remainders: steps.map((_, i) => median(tables.map((table) => table[i] as number))),
    order: median(tables.map((table) => orderOf(steps, table.slice(0, -1), rounding))),
  };
}

/** The mean loss of these rows; of a scalar, itself. */
function meanOfRows(losses: Tensor, rows: readonly number[]): Tensor {
  if (losses.size === rows.length) return mean(losses);
  return mean(gather(losses, tensor1d([...rows], 'int32')));
}

/** The one in the middle; the lower of two. */
function median(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return Number.NaN;
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] as number;
}
