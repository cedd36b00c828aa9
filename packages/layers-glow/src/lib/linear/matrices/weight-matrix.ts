import type { Layout, Seed } from '@diffeo/core';
import type { ChannelMatrix } from '@diffeo/ops';

/** The matrix that `invertibleLinear` begins with. */
export type Start = 'identity' | 'rotation';

/** A way of keeping an invertible matrix W as parameters. */
export interface WeightMatrix<P> {
  readonly layout: Layout<P>;
  init(seed: Seed): P;
  /** W and log |det W|. */
  direct(params: P): ChannelMatrix;
  /** W⁻¹ and log |det W⁻¹|. */
  inverted(params: P): ChannelMatrix;
}
