import type { Fusion, Layout, Seed } from '@diffeo/core';
import type { ChannelMatrix } from './channel-map.ts';

/** A way of keeping an invertible matrix W over the channels as parameters. */
export interface WeightMatrix<P> {
  readonly layout: Layout<P>;
  init(seed: Seed): P;
  /** W and log |det W|. */
  direct(params: P): ChannelMatrix;
  /** W⁻¹ and log |det W⁻¹|. */
  inverted(params: P): ChannelMatrix;
}

const kind = '@diffeo/ops/weight-matrix';

/** How a linear layer shows its matrix to the layer in front of it. */
// biome-ignore lint/suspicious/noExplicitAny: its parameters are its layer's own
export interface WeightMatrixFusion<P = any> extends Fusion {
  readonly kind: typeof kind;
  readonly weight: WeightMatrix<P>;
}

/** What a linear layer puts as its `fusion`, so that a layer in front of it can be one {@link channelMap} with it. */
export const weightMatrixFusion = <P>(weight: WeightMatrix<P>): WeightMatrixFusion<P> => ({ kind, weight });

/** Whether the layer behind is a linear one that shows its matrix. */
export const isWeightMatrixFusion = (fusion: Fusion): fusion is WeightMatrixFusion => fusion.kind === kind;
