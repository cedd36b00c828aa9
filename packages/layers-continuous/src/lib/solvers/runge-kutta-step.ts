import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Field, Motion } from '../field/field.ts';
import type { Tableau } from './tableaus.ts';

/** A number for all rows, or one for each: `[rows, 1]`. */
export type PerRow = number | Tensor;

/** Where a step ends: the points, `[rows, size]`, what the step adds to the log-determinant, `[rows, 1]`, and its stages. */
interface Step {
  readonly x: Tensor;
  readonly logDet: Tensor;
  readonly stages: readonly Motion[];
}

const isNumber = (value: PerRow): value is number => typeof value === 'number';
const times = (a: PerRow, b: number): PerRow => (isNumber(a) ? a * b : mul(a, b));
const plus = (a: PerRow, b: PerRow): PerRow => (isNumber(a) && isNumber(b) ? a + b : add(a, b));

/** Σ w_i·h·x_i, of those whose weight is not 0; `null` where none is left. */
export function weighted(tensors: readonly Tensor[], weights: readonly number[], h: PerRow): Tensor | null {
  const scaled = (tensor: Tensor, weight: number): Tensor => mul(tensor, isNumber(h) ? weight * h : weight);
  const parts = tensors.flatMap((tensor, i) => (weights[i] ? [scaled(tensor, weights[i])] : []));
  if (parts.length === 0) return null;
  const sum = parts.reduce((total, part) => add(total, part));
  return isNumber(h) ? sum : mul(sum, h);
}

/**
 * One step of an explicit Runge–Kutta method. The log-determinant is an integral along the way, on which nothing depends.
 *
 * @param first the first stage, where it is known
 */
export function rungeKuttaStep(
  { a, b, c }: Tableau,
  field: Field,
  x: Tensor,
  t: PerRow,
  h: PerRow,
  first?: Motion,
): Step {
  const stages: Motion[] = first ? [first] : [];
  const along = (weights: readonly number[]): Tensor => {
    const moved = weighted(
      stages.map(({ velocity }) => velocity),
      weights,
      h,
    );
    return moved ? add(x, moved) : x;
  };
  // A stage without weight that no other stage takes is one of an error estimate alone.
  const count = b.length;
  for (let i = stages.length; i < count; i++) stages.push(field(along(a[i] ?? []), plus(t, times(h, c[i] ?? 0))));
  const divergences = stages.map(({ divergence }) => divergence);
  return { x: along(b), logDet: weighted(divergences, b, h) as Tensor, stages };
}
