import { DiffeoError } from '@diffeo/core';
import { readNow, tidied } from '@diffeo/core/engine';
import {
  abs,
  add,
  concat,
  div,
  maximum,
  mean,
  mul,
  slice,
  sqrt,
  square,
  type Tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import type { Field, FieldOfRows } from '../field/field.ts';
import { rungeKuttaStep, weighted } from './runge-kutta-step.ts';
import type { Span } from './solution.ts';
import { dormandPrince } from './tableaus.ts';

/** Steps of the size that each row needs. */
export interface AdaptiveSolver {
  /** Of each step, relative to 1 + |x|. */
  readonly tolerance: number;
  /** How often the field may be evaluated for a row. */
  readonly maxEvaluations: number;
}

/** The steps that were taken for a row, in order. */
export interface RowSteps {
  readonly t: number[];
  readonly h: number[];
}

/** What was found, on the host: `x` is `[rows, size]`, flat. */
export interface AdaptivePlan {
  readonly x: Float32Array;
  readonly logDet: Float64Array;
  readonly steps: readonly RowSteps[];
}

const evaluationsPerStep = dormandPrince.b.length - 1;
/** The first step that is tried, as a share of the span. */
const firstShare = 0.1;
/** Shorter steps than this share of the span do not move times in float32. */
const leastShare = 1e-6;
/** By how much a step may grow or shrink after another (Hairer, Nørsett & Wanner 1993, II.4). */
const [mostShrinking, mostGrowth, safety] = [0.2, 5, 0.9];

/** By what to multiply the size of a step of so large an error, 1 being what is allowed. */
function factorFor(error: number): number {
  const factor = safety * error ** (-1 / dormandPrince.order);
  return Number.isNaN(factor) ? mostShrinking : Math.min(mostGrowth, Math.max(mostShrinking, factor));
}

const column = (values: ArrayLike<number>, rows: Int32Array): Tensor =>
  tensor2d(
    Float32Array.from(rows, (row) => values[row] as number),
    [rows.length, 1],
  );

/** Some rows of a matrix on the host. */
function rowsOf(values: Float32Array, width: number, rows: Int32Array): Tensor {
  const taken = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) taken.set(values.subarray(row * width, (row + 1) * width), i * width);
  return tensor2d(taken, [rows.length, width]);
}

/**
 * One step of each row, and how far off it is: `[rows, …]` of x, the step's log-determinant, velocity and divergence at its end,
 * the error of x relative to what is allowed (root mean square), the error of the log-determinant.
 */
function attempt(field: Field, x: Tensor, t: Tensor, h: Tensor, first: readonly [Tensor, Tensor], tolerance: number) {
  const [velocity, divergence] = first;
  const step = rungeKuttaStep(dormandPrince, field, x, t, h, { velocity, divergence });
  const errorOf = (of: 'velocity' | 'divergence'): Tensor =>
    weighted(
      step.stages.map((stage) => stage[of]),
      dormandPrince.error,
      h,
    ) as Tensor;
  const allowed = mul(add(maximum(abs(x), abs(step.x)), 1), tolerance);
  const error = sqrt(mean(square(div(errorOf('velocity'), allowed)), 1, true));
  const end = step.stages.at(-1) as (typeof step.stages)[number];
  return concat([step.x, step.logDet, end.velocity, end.divergence, error, errorOf('divergence')], 1);
}

/**
 * Solves for each row alone, by steps of its own, as many as it needs. Nothing of it is for a tape.
 *
 * @throws DiffeoError `INEXACT` where a row would take more evaluations than are allowed, `BACKEND` on WebGPU
 */
export function planAdaptive(
  fieldOf: FieldOfRows,
  start: Tensor,
  { from, to }: Span,
  solver: AdaptiveSolver,
  who: string,
): AdaptivePlan {
  const { tolerance, maxEvaluations } = solver;
  const [rows, size] = start.shape as [number, number];
  const span = to - from;
  const reading = {
    needs: `${who} chooses its steps by`,
    instead: "take steps of one size, solver: { steps: 32 }, or the 'wasm' backend",
  };
  const x = Float32Array.from(readNow(start, reading));
  const logDet = new Float64Array(rows);
  const t = new Float64Array(rows).fill(from);
  const h = new Float64Array(rows).fill(span * firstShare);
  const steps: RowSteps[] = Array.from({ length: rows }, () => ({ t: [], h: [] }));
  let active = Int32Array.from({ length: rows }, (_, row) => row);

  const read = (make: () => Tensor): Float32Array => {
    const found = tidied(make);
    const numbers = Float32Array.from(readNow(found, reading));
    found.dispose();
    return numbers;
  };
  const begin = (field: Field): Tensor => {
    const { velocity, divergence } = field(start, from);
    return concat([velocity, divergence], 1);
  };
  const motion = read(() => begin(fieldOf(null)));
  const velocityWidth = size + 1;

  for (let evaluations = 1; active.length > 0; evaluations += evaluationsPerStep) {
    const short = active.find((row) => Math.abs(h[row] as number) < Math.abs(span) * leastShare);
    if (evaluations + evaluationsPerStep > maxEvaluations || short !== undefined) {
      throw new DiffeoError(
        'INEXACT',
        `${who}: row ${short ?? active[0]} was not solved to the tolerance ${tolerance} within ${maxEvaluations} evaluations of its network, at time ${(t[short ?? (active[0] as number)] as number).toFixed(4)}: the field changes too fast there. Allow a larger tolerance or more maxEvaluations, take steps of one size, { steps }, or train for longer at a smaller learning rate`,
      );
    }
    const now = active;
    const found = read(() => {
      const first = rowsOf(motion, velocityWidth, now);
      return attempt(
        fieldOf(now.length === rows ? null : now),
        rowsOf(x, size, now),
        column(t, now),
        column(h, now),
        [slice(first, [0, 0], [now.length, size]), slice(first, [0, size], [now.length, 1])],
        tolerance,
      );
    });
    const width = 2 * velocityWidth + 2;
    active = now.filter((row, i) => {
      const [at, step] = [i * width, h[row] as number];
      const [offX, offLogDet] = [found[at + width - 2] as number, found[at + width - 1] as number];
      const error = Math.max(offX, Math.abs(offLogDet) / (tolerance * (1 + Math.abs(logDet[row] as number))));
      // What is no number stays none: nothing is gained by shorter steps.
      const isLost = !motion.subarray(row * velocityWidth, (row + 1) * velocityWidth).every(Number.isFinite);
      if (error <= 1 || isLost) {
        x.set(found.subarray(at, at + size), row * size);
        logDet[row] = (logDet[row] as number) + (found[at + size] as number);
        motion.set(found.subarray(at + velocityWidth, at + 2 * velocityWidth), row * velocityWidth);
        steps[row]?.t.push(t[row] as number);
        steps[row]?.h.push(step);
        t[row] = (t[row] as number) + step;
      }
      const left = to - (t[row] as number);
      if (isLost || Math.abs(left) < Math.abs(span) * leastShare) return false;
      const next = step * factorFor(error);
      h[row] = Math.abs(next) < Math.abs(left) ? next : left;
      return true;
    });
  }
  return { x, logDet, steps };
}
