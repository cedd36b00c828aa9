import type { Shape, Stack } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Columns } from './mask.ts';

/**
 * How a coupling takes a batch of events apart and puts it together again. What depends on sizes alone is known at once;
 * lists of columns and masks are made when they are first needed.
 */
export interface Split {
  /** The shape of what conditions, as the network sees it. */
  readonly inputShape: Shape;
  /** The shape of what the network returns, where each transformed number takes so many raw parameters. */
  outputShape(parameters: number): Shape;
  /** What conditions, `[batch, ...inputShape]`, and what is transformed, as rows of numbers of which some may not count. */
  split(x: Tensor): { readonly identity: Tensor; readonly transformed: Tensor };
  /** The event again, of what conditions and of the mapped rows. */
  merge(identity: Tensor, value: Tensor): Tensor;
  /** The log-determinant of each event, by those of its rows. */
  logDet(rows: Tensor): Tensor;
  /** Where the split is one of columns of the last axis: which, and the kind of stack that an operation may fuse with it. */
  readonly fuses?: { readonly kind: Stack['kind']; columns(): Columns };
}
