import { integer, maxValue, minValue, number, optional, picklist, pipe, strictObject, union } from 'valibot';
import type { AdaptiveSolver } from './adaptive-plan.ts';
import type { FixedSolver } from './solve-fixed.ts';

/** How an equation is solved. */
export type Solver = FixedSolver | AdaptiveSolver;

/** The schema of solvers in a configuration. */
export const solverSchema = union(
  [
    strictObject({
      /** `rk4` is of fourth order with four evaluations a step, `midpoint` of second with two. Default `rk4`. */
      method: optional(picklist(['rk4', 'midpoint']), 'rk4'),
      /** How many steps of one size, from 1 to 10,000. */
      steps: pipe(number(), integer(), minValue(1), maxValue(10_000)),
    }),
    strictObject({
      /** The error of a step, relative to 1 + |x|, from 1e-6 to 0.1. */
      tolerance: pipe(number(), minValue(1e-6), maxValue(0.1)),
      /** How often the network is evaluated for a row before it is given up. Default 5000. */
      maxEvaluations: optional(pipe(number(), integer(), minValue(10)), 5000),
    }),
  ],
  'takes { method, steps } for steps of one size, or { tolerance, maxEvaluations } for adaptive ones',
);
