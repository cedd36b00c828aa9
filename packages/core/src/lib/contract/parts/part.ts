/**
 * The contract: what a layer, a base distribution, a dequantizer and a network are.
 *
 * `forward` = base → data, the direction of sampling; `inverse` = data → base, the direction of training. `logDet` is of
 * the direction called, in nats, with shape `[batch]`. Layer lists are in the order in which data meets them in training.
 *
 * Every map is pure and synchronous, keeps its tensors on the device and treats each row alone. It neither changes nor
 * disposes what it is given; the caller owns what it returns, and wraps it in `tf.tidy` to be rid of what is between.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Layout } from '../../params/params.ts';
import type { Seed } from '../../params/seed.ts';
import type { Shape } from '../shape.ts';

/**
 * How the gradient of a chain of layers is computed: `store` keeps every activation; `checkpoint` keeps what enters each
 * layer and runs the networks inside again; `recompute` rebuilds even that from the outputs, layer by layer, so that memory
 * does not grow with depth. A choice of the call, never saved.
 */
export type GradientMode = 'store' | 'checkpoint' | 'recompute';

/** Everything about a call that isn't the point itself. */
export interface Call {
  /** `[batch, ...contextShape]`. */
  readonly context?: Tensor;
  /**
   * Present: training noise (dropout) is on and drawn from here, by `fold`, `normal`, `uniform` or `randomSource`. The same seed
   * gives the same map in both directions. A part that holds parts gives each its own by `callOf`.
   */
  readonly seed?: Seed;
  /** Default `store`. Layers that hold layers pass the call on, and with it this. */
  readonly gradient?: GradientMode;
}

/** What a map returns: the mapped points and the log absolute determinant of its Jacobian, `[batch]`, nats. */
export interface Transformed {
  readonly value: Tensor;
  readonly logDet: Tensor;
}

/** Some rows of the data that a part starts from, `[batch, ...eventShape]`, and the call that goes with them. */
export interface StartingChunk {
  readonly x: Tensor;
  readonly call: Call;
}

/**
 * The data that a part starts from, chunk by chunk: they need not fit into memory, and come again for each pass. Chunks are numbered
 * from 0.
 */
export interface StartingData {
  /**
   * One pass. Chunks come in order, each when the one before is done with. What `visit` makes on the device is disposed when it
   * returns or first waits.
   */
  each(visit: (x: Tensor, call: Call, chunk: number) => void | Promise<void>): Promise<void>;
  /** The same data behind a step, such as the inverse of a layer that has started. The step is pure, as maps are. */
  map(step: (x: Tensor, call: Call, chunk: number) => StartingChunk): StartingData;
}

/** What every built part shares. */
export interface Part<P> {
  readonly eventShape: Shape;
  /** `null`: this part ignores context. */
  readonly contextShape: Shape | null;
  readonly layout: Layout<P>;
  /** Initial parameters: a map close to the identity. Leaves that start from data are `null`. */
  init(seed: Seed): P;
  /**
   * Fills the `null` leaves from data, in one pass over `data.each`, and returns the rest unchanged. May take its time, and read
   * numbers back to the host. A container starts its parts in the order in which data meets them, and hands each what comes out of
   * the one before, by `data.map`.
   */
  start?(params: P, data: StartingData): P | Promise<P>;
}
