import type { FlowParams } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimiserDefinition, OptimiserSpec } from './optimiser.ts';
import type { OptimiserState } from './optimiser-state.ts';
import type { Parts, ShardedStep } from './sharded-step.ts';

/** A tensor for each trained leaf, in file order, or all their numbers in one vector. */
export type Gradient = readonly Tensor[] | Float32Array;

/** How one step is taken. */
interface StepOptions {
  /** How workers share it. Default: all is this thread's. */
  readonly share?: Parts | ShardedStep;
  /** The loss of the step, which may still be on its way from the device: without a finite one nothing changes. Default: finite. */
  readonly loss?: number | Promise<number>;
}

/** Parameters in training, and the optimiser's state. Both are its own. */
export interface TrainState {
  readonly params: FlowParams;
  /** How many numbers are trained. */
  readonly size: number;
  /** Whether workers can share a step. */
  readonly shares: boolean;
  /**
   * One step down a gradient, shortened to `clipNorm` where it is longer; nothing where it is not finite. Several gradients are
   * added up in their order; the tensors of the first may hold the sum afterwards. Gives the norm. Of a step that is shared,
   * the state is valid only in this worker's shard.
   */
  applyGradients(gradients: readonly Gradient[], learningRate: number, options?: StepOptions): Promise<number>;
  state(): Promise<OptimiserState>;
  dispose(): void;
}

/** How steps are taken. */
export interface TrainStateOptions {
  readonly optimiser: OptimiserSpec;
  /** Optimisers beside those of this package. */
  readonly definitions?: readonly OptimiserDefinition[];
  readonly clipNorm: number;
  readonly freeze: (path: string) => boolean;
  /** Where to go on from. Default: before the first step. */
  readonly state?: OptimiserState | undefined;
}
