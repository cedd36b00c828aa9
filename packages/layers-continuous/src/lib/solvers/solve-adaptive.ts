import { openTapes, untaped } from '@diffeo/core/engine';
import { add, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { Field, FieldOfRows } from '../field/field.ts';
import { type AdaptiveSolver, planAdaptive, type RowSteps } from './adaptive-plan.ts';
import { rungeKuttaStep } from './runge-kutta-step.ts';
import type { Solution, Span } from './solution.ts';
import { dormandPrince } from './tableaus.ts';

/** The steps of a plan again, as a part of the tape: gradients are those of the steps that were taken. */
function taped(field: Field, start: Tensor, steps: readonly RowSteps[], to: number): Solution {
  const rounds = Math.max(...steps.map(({ h }) => h.length));
  const each = (value: (row: RowSteps) => number | undefined, rest: number): Tensor =>
    tensor2d(
      steps.map((row) => value(row) ?? rest),
      [steps.length, 1],
    );
  let x = start;
  let logDet: Tensor | null = null;
  for (let k = 0; k < rounds; k++) {
    // A row that has arrived takes steps of no length.
    const at = each(({ t }) => t[k], to);
    const next = rungeKuttaStep(
      dormandPrince,
      field,
      x,
      at,
      each(({ h }) => h[k], 0),
    );
    x = next.x;
    logDet = logDet ? add(logDet, next.logDet) : next.logDet;
  }
  return { x, logDet: logDet as Tensor };
}

/**
 * Solves by the method of Dormand & Prince with steps that each row chooses for itself, so that rows stay alone.
 *
 * @throws DiffeoError `INEXACT` where a row would take more evaluations than are allowed
 */
export function solveAdaptive(
  fieldOf: FieldOfRows,
  start: Tensor,
  span: Span,
  solver: AdaptiveSolver,
  who: string,
): Solution {
  const { x, logDet, steps } = untaped(() => planAdaptive(fieldOf, start, span, solver, who));
  if (openTapes() > 0) return taped(fieldOf(null), start, steps, span.to);
  return {
    x: tensor2d(x, start.shape as [number, number]),
    logDet: tensor2d(Float32Array.from(logDet), [logDet.length, 1]),
  };
}
