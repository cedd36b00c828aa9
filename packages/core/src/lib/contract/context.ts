import { reshape, type Tensor, tile } from '@tensorflow/tfjs-core';
import { requireTensor } from '../arguments/require-tensor.ts';
import { DiffeoError } from './error.ts';
import { describeBatch, type Shape, sameShape } from './shape.ts';

/**
 * A context as layers take it, float32. The one broadcasting rule for contexts: one row for each row of the batch, `[batch, ...contextShape]`, or one for all,
 * `[1, ...contextShape]` or `[...contextShape]`. Layers always see `[batch, ...contextShape]`.
 *
 * @throws DiffeoError `CONTEXT` when the flow is conditional and there is none, the other way about, or the shape is off.
 */
export function broadcastContext(
  given: Tensor | undefined,
  shape: Shape | null,
  batch: number,
): { readonly context?: Tensor } {
  // From JavaScript, null means that there is none.
  const context = given === undefined || given === null ? undefined : requireTensor(given, 'the context', 'CONTEXT');
  if (!shape) {
    if (!context) return {};
    throw new DiffeoError(
      'CONTEXT',
      `this flow takes no context and got [${context.shape.join(', ')}]: leave it out, or give flow() a contextShape`,
    );
  }
  if (!context) throw new DiffeoError('CONTEXT', `this flow needs a context ${describeBatch(shape)} and got none`);
  if (sameShape(context.shape, [batch, ...shape])) return { context };
  if ([shape, [1, ...shape]].some((one) => sameShape(context.shape, one))) {
    return { context: tile(reshape(context, [1, ...shape]), [batch, ...shape.map(() => 1)]) };
  }
  throw new DiffeoError(
    'CONTEXT',
    `this flow needs a context ${describeBatch(shape)}, with one row for each of the ${batch} rows or one for all, and got [${context.shape.join(', ')}]`,
  );
}
