import { tidied } from '@diffeo/core/engine';
import { add, type Tensor } from '@tensorflow/tfjs-core';
import type { Field } from '../field/field.ts';
import { rungeKuttaStep } from './runge-kutta-step.ts';
import type { Solution, Span } from './solution.ts';
import { fixedMethods } from './tableaus.ts';

/** Steps of one size. */
export interface FixedSolver {
  readonly method: keyof typeof fixedMethods;
  readonly steps: number;
}

/** Solves by steps of one size, each a part of the tape. */
export function solveFixed(field: Field, start: Tensor, { from, to }: Span, { method, steps }: FixedSolver): Solution {
  const h = (to - from) / steps;
  const step = (x: Tensor, logDet: Tensor | null, i: number): Solution => {
    const next = rungeKuttaStep(fixedMethods[method], field, x, from + i * h, h);
    return { x: next.x, logDet: logDet ? add(logDet, next.logDet) : next.logDet };
  };
  let reached: Solution = step(start, null, 0);
  for (let i = 1; i < steps; i++) {
    const { x, logDet }: Solution = reached;
    reached = tidied(() => step(x, logDet, i));
  }
  return reached;
}
