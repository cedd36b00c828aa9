import type { Tensor } from '@tensorflow/tfjs-core';
import type { Shape } from '../shape.ts';
import type { Call, Part } from './part.ts';

/** A layer of a plain stack, h·W + b, or h ∗ F + b. */
export interface StackLayer {
  /** A matrix `[inputs, outputs]`, or a filter `[height, width, inputs, outputs]` with odd sides. */
  readonly weight: Tensor;
  /** `[outputs]`. */
  readonly bias: Tensor;
}

/**
 * What a network tells of itself where it is a plain stack: layers one after another with an activation between them. The
 * layer that holds it may then run the whole of it in an operation of its own.
 */
// biome-ignore lint/suspicious/noExplicitAny: lists hold parts of any parameters and configuration
export interface Stack<P = any> {
  /** `dense`: of vectors, events flattened. `convolutional`: of images, stride 1, zeros beyond the borders. */
  readonly kind: 'dense' | 'convolutional';
  /** The activation after each layer but the last, by its name in `@diffeo/ops`. */
  readonly activation: string;
  /** Whether each layer but the last that keeps its width adds its input to its output. */
  readonly residual: boolean;
  /** The layers in order: the parameters, or what differentiable operations make of them. */
  layers(params: P): readonly StackLayer[];
  /** A context as it enters the first layer, behind the input along the last axis. */
  context(context: Tensor): Tensor;
}

/** What an autoregressive network says of itself. */
export interface Autoregressive<P> {
  /** The inputs, first that which depends on none. */
  sequence(): ArrayLike<number>;
  /** Optional, of a network that sees inputs in groups, one group after another. */
  readonly turns?: Turns<P>;
}

/**
 * The outputs of an autoregressive network group by group, for a loop that finds the inputs on the way: what was computed of
 * groups before is kept in a state, so that all turns together cost one `apply`. The numbers are those of `apply` but for rounding.
 */
export interface Turns<P> {
  /** Where each group begins among the inputs and how many follow each other, in sequence. */
  groups(): readonly { readonly begin: number; readonly count: number }[];
  /** What is kept before the first turn. */
  begin(params: P, batch: number, call: Call): readonly Tensor[];
  /**
   * The outputs of a group, `[batch, outputs of each input · count]`, laid out as those of `apply`, and the next state, of
   * tensors of its own. `known` is the group before, `[batch, count]`; `null` at the first turn.
   */
  next(
    params: P,
    state: readonly Tensor[],
    turn: number,
    known: Tensor | null,
  ): readonly [outputs: Tensor, state: readonly Tensor[]];
}

/** A network inside a layer: any layer takes any network, saved by type. */
// biome-ignore lint/suspicious/noExplicitAny: lists hold parts of any parameters and configuration
export interface Network<P = any> extends Omit<Part<P>, 'eventShape'> {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Optional, for speed, of a network that is nothing else: `apply` does what this says. */
  readonly stack?: Stack<P>;
  /**
   * Optional, of a network whose outputs come in groups of one for each input: those of an input depend on the inputs before it
   * in the sequence alone, and on the context. `sequence` lists the inputs, first that which depends on none.
   */
  readonly autoregressive?: Autoregressive<P>;
  /** `x`: `[batch, ...inputShape]` → `[batch, ...outputShape]`. Reads `call.context` where it has a context shape. */
  apply(params: P, x: Tensor, call: Call): Tensor;
}

/** Builds a network between two shapes, which the layer that holds it decides. */
export type NetworkFor = (inputShape: Shape, outputShape: Shape) => Network;
