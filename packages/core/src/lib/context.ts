import { reshape, type Tensor, tile } from '@tensorflow/tfjs-core';
import { DiffeoError } from './error.ts';
import { describeBatch, type Shape, sameShape } from './shape.ts';

/**
 * The one broadcasting rule for contexts: one row for each row of the batch, `[batch, ...contextShape]`, or one for all,
 * `[1, ...contextShape]` or `[...contextShape]`. Layers always see `[batch, ...contextShape]`.
 *
 * @throws DiffeoError `CONTEXT` when the flow is conditional and there is none, the other way about, or the shape is off.
 */
export function broadcastContext(
  context: Tensor | undefined,
  shape: Shape | null,
  batch: number,
): { readonly context?: Tensor } {
  if (!shape) {
    if (!context) return {};
    throw new DiffeoError(
      'CONTEXT',
      `this flow is not conditional and got a context [${context.shape.join(', ')}]. Give flow() a contextShape, or leave the context out.`,
    );
  }
  if (!context) throw new DiffeoError('CONTEXT', `this flow needs a context ${describeBatch(shape)} and got none`);
  if (context.rank === shape.length + 1 && sameShape(context.shape.slice(1), shape)) {
    if (context.shape[0] === batch) return { context };
    if (context.shape[0] === 1) return { context: tile(context, [batch, ...shape.map(() => 1)]) };
  } else if (sameShape(context.shape, shape)) {
    return {
      context: tile(reshape(context, [1, ...shape]), [batch, ...shape.map(() => 1)]),
    };
  }
  throw new DiffeoError(
    'CONTEXT',
    `this flow needs a context ${describeBatch(shape)}, with one row for each of the ${batch} rows or one for all, and got [${context.shape.join(', ')}]`,
  );
}
