import type { Tensor } from '@tensorflow/tfjs-core';
import type { Shape } from '../shape.ts';
import type { Interval } from './interval.ts';
import type { Call, Part, Transformed } from './part.ts';

/** The gradients of what a map returned: `[batch, ...shape of its value]` and `[batch]`. */
export interface OutputGradients {
  readonly dValue: Tensor;
  readonly dLogDet: Tensor;
}

/** What a map was given, found again from what it returned, and the gradients there. */
export interface InputGradients {
  readonly point: Tensor;
  readonly dPoint: Tensor;
  /**
   * Of the trainable parameters and of the context, by the tensors that `params` and `call` hold. What is named more than
   * once has the sum for its gradient.
   */
  readonly gradients: readonly (readonly [of: Tensor, gradient: Tensor])[];
}

/** A named run of the flat base vector, in order. */
export interface Latent {
  readonly name: string;
  readonly size: number;
}

/** What a layer is to its neighbours. */
export interface Fusion {
  /** `<package>/<name>`. Neighbours know by it what else the object holds, which is between the two of them. */
  readonly kind: string;
  /**
   * This layer and the next, in the order in which data meets them, as one map of both their parameters that does their
   * work in less; `null` where they make none. Values, log-determinants and gradients are those of the two but for rounding.
   * The map sees neither context nor seed: a layer that reads them has none.
   */
  // biome-ignore lint/suspicious/noExplicitAny: of any two layers
  fuseWith?(next: Fusion): Bijector<readonly [any, any]> | null;
}

/**
 * Between which numbers a layer maps, every number of the event alike: `forward` takes those of `domain`, and returns those of
 * `codomain`, which `inverse` takes; `null` is not known. `kept`: whatever numbers there are on one side are on the other too,
 * as where they are only reordered.
 */
export type Support = 'kept' | { readonly domain: Interval | null; readonly codomain: Interval | null };

/** One invertible, differentiable map. */
// biome-ignore lint/suspicious/noExplicitAny: lists hold parts of any parameters and configuration
export interface Bijector<P = any> extends Part<P> {
  /** The shape of an event on the base's side; the same as `eventShape` for most layers. */
  readonly baseShape: Shape;
  /** The named parts of the base vector, where there are several (multi-scale flows). */
  readonly latents?: readonly Latent[];
  /**
   * Optional: which numbers it maps to which. Flows and lists of layers refuse neighbours that do not fit (`SUPPORT`), and a base
   * that does not. Absent: not known, and not looked at.
   */
  readonly support?: Support;
  /** base → data. `z`: `[batch, ...baseShape]`; value: `[batch, ...eventShape]`. */
  forward(params: P, z: Tensor, call: Call): Transformed;
  /** data → base. `x`: `[batch, ...eventShape]`; value: `[batch, ...baseShape]`. */
  inverse(params: P, x: Tensor, call: Call): Transformed;
  /**
   * Optional, for `recompute`: goes back through `direction` from what it returned, for less work than the opposite
   * direction and a gradient take one after the other. Layers that hold layers go back through each of these (`sequence` does), so
   * that nothing is done twice. Not taped; `null` where it cannot be done for this call. A layer that wraps another and
   * exchanges its directions must not pass it on as it is.
   */
  backwardFromOutput?(
    direction: 'forward' | 'inverse',
    params: P,
    value: Tensor,
    gradients: OutputGradients,
    call: Call,
  ): InputGradients | null;
  /**
   * Optional, for speed: lists of layers ask each for the map that it makes with the next one, once, and run that where
   * activations are kept. A layer that wraps another and changes what it does must not pass it on.
   */
  readonly fusion?: Fusion;
}
