import { DiffeoError, disposeParams, type Flow, type FlowParams } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Numbers, StateDict } from './state-dict.ts';

/** How far a model is from what PyTorch said of some rows. */
export interface CheckedRows {
  readonly rows: number;
  /** The greatest difference of a log-density, over max(1, |log-density|). */
  readonly greatest: number;
}

/** Rows in a file, and their log-densities in PyTorch. */
export interface StoredRows {
  readonly x: Numbers;
  readonly logProb: Numbers;
  readonly context: Numbers | null;
}

/** What float32 makes of a model on both sides; a wrong activation or bound is far beyond it. */
const tolerance = 1e-3;

/** The rows that a file holds beside its model. */
export function takeCheck(dict: StateDict): StoredRows | null {
  if (!dict.has('check')) return null;
  const check = dict.at('check');
  return {
    x: check.take('x'),
    logProb: check.take('log_prob'),
    context: check.has('context') ? check.take('context') : null,
  };
}

const rowsOf = ({ shape, values }: Numbers): Tensor => tensor(Float32Array.from(values), [...shape]);

/** Holds a model to rows, and disposes its parameters where they do not agree. */
export async function checkRows(
  model: Flow,
  params: FlowParams,
  { x, logProb, context }: StoredRows,
): Promise<CheckedRows> {
  try {
    const scores = tidied(() => model.logProb(params, rowsOf(x), context ? { context: rowsOf(context) } : {}));
    const found = await scores.data();
    scores.dispose();
    let [greatest, worst] = [0, 0];
    for (const [row, expected] of logProb.values.entries()) {
      const apart = Math.abs((found[row] ?? Number.NaN) - expected) / Math.max(1, Math.abs(expected));
      const difference = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart; // or a row after it would be greater
      if (difference > greatest) [greatest, worst] = [difference, row];
    }
    if (greatest <= tolerance && found.length === logProb.values.length) return { rows: found.length, greatest };
    throw new DiffeoError(
      'INEXACT',
      `the model is not the one that wrote the file: row ${worst} of check.x has the log-density ${found[worst]} here and ${logProb.values[worst]} there. See that the recipe says the activation, bounds and scale function that the model was trained with.`,
    );
  } catch (error) {
    disposeParams(model.layout, params);
    throw error;
  }
}
