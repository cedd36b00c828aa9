import { type Call, fold, type Seed, type Shape, type StackLayer, sizeOf, uniform } from '@diffeo/core';
import { denseStack } from '@diffeo/ops';
import { cast, concat, greaterEqual, mul, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { denseLayout, denseStart } from './transformer.ts';

/** The parameters of a context that is added to what stands for positions; nothing where there is none. */
export interface ContextParams {
  readonly context?: StackLayer;
}

/**
 * A context as a vector that is added at every position: a linear map of its numbers, and 0 where a row is not told it.
 *
 * @param hidden of which part of the rows it is hidden in training, where the call has a seed
 */
export function contextAdded(contextShape: Shape | null, width: number, hidden: number) {
  const inputs = contextShape ? sizeOf(contextShape) : 0;
  return {
    layout: contextShape ? { context: denseLayout(inputs, width) } : {},
    init: (seed: Seed): ContextParams =>
      contextShape ? { context: denseStart(inputs, width, 1, fold(seed, 'context')) } : {},
    /** `[batch, 1, width]`; where rows come `twice`, the second time they are not told. */
    of: ({ context: layer }: ContextParams, batch: number, { context, seed }: Call, twice: boolean): Tensor => {
      if (!layer || !context) return zeros([batch, 1, width]);
      const rows = denseStack(reshape(context, [batch, inputs]), [layer], { activation: 'relu', residual: false });
      const isTold = (from: Seed): Tensor =>
        cast(greaterEqual(uniform([batch, 1], fold(from, 'told')), hidden), 'float32');
      const told = reshape(hidden > 0 && seed !== undefined ? mul(rows, isTold(seed)) : rows, [batch, 1, width]);
      return twice ? concat([told, zeros([batch, 1, width])], 0) : told;
    },
  };
}
