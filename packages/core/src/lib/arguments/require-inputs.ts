import type { Tensor } from '@tensorflow/tfjs-core';
import { broadcastContext } from '../contract/context.ts';
import { DiffeoError } from '../contract/error.ts';
import { describeBatch, type Shape, sameShape } from '../contract/shape.ts';
import { shortList } from './describe-value.ts';
import { requireTensor } from './require-tensor.ts';

/** What of a flow says which data and contexts it takes. */
export interface Inputs {
  readonly eventShape: Shape;
  readonly contextShape: Shape | null;
}

/**
 * Data as a flow takes them, float32 `[rows, ...eventShape]`: the tensor that was given, or a new one where that is int32 or
 * bool.
 *
 * @param what begins the message, as in `the validation data`
 * @throws DiffeoError `DATA` for what is not a tensor of numbers or has been disposed; `SHAPE`.
 */
export function requireData({ eventShape }: Pick<Inputs, 'eventShape'>, x: unknown, what = 'the data'): Tensor {
  const data = requireTensor(x, what);
  if (data.rank === eventShape.length + 1 && sameShape(data.shape.slice(1), eventShape)) return data;
  throw new DiffeoError(
    'SHAPE',
    `${what} must be ${describeBatch(eventShape)} for this flow; got [${shortList(data.shape)}]`,
  );
}

/**
 * A context as a flow takes it, float32 `[rows, ...contextShape]`: one row was given for each row of the data, or one for
 * all, `[1, ...contextShape]` or `[...contextShape]`. `undefined` for a flow that takes none.
 *
 * @throws DiffeoError `CONTEXT` where the flow needs one and there is none, the other way about, or it does not fit.
 */
export function requireContext(
  { contextShape }: Pick<Inputs, 'contextShape'>,
  context: unknown,
  rows: number,
): Tensor | undefined {
  return broadcastContext(context as Tensor | undefined, contextShape, rows).context;
}
