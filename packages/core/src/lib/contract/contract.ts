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
import type { Layout } from '../params/params.ts';
import type { Seed } from '../params/seed.ts';
import type { Shape } from './shape.ts';

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

/** A named run of the flat base vector, in order. */
export interface Latent {
  readonly name: string;
  readonly size: number;
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

/** An interval of the line, open or closed; `-Infinity` and `Infinity` where it has no end. */
export type Interval = readonly [low: number, high: number];

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

/** A distribution that a flow starts from. */
// biome-ignore lint/suspicious/noExplicitAny: lists hold parts of any parameters and configuration
export interface Base<P = any> extends Part<P> {
  /** Optional: the interval in which every number of its samples lies. Absent: not known, and not looked at. */
  readonly support?: Interval;
  /** Log-density in nats, `[batch]`. */
  logProb(params: P, z: Tensor, call: Call): Tensor;
  /**
   * `[count, ...eventShape]`. `temperature` scales the spread around the centre: a number, or a tensor with one entry for
   * each dimension of the flattened event.
   */
  sample(params: P, count: number, seed: Seed, temperature: number | Tensor, call: Call): Tensor;
}

/** Discrete data → continuous data, stochastic, with parameters if it learns. At most one in a flow, outermost. */
// biome-ignore lint/suspicious/noExplicitAny: lists hold parts of any parameters and configuration
export interface Dequantizer<P = any> extends Part<P> {
  /** The shape of a value, which the layers take, where it is not the event shape: padding adds to it. */
  readonly baseShape?: Shape;
  /**
   * How many bins a raw number has, where it is a whole number 0 … bins − 1 (`Infinity`: of any size). The trainer
   * refuses other data; `encode` does not look. Absent: raw numbers may be any.
   */
  readonly bins?: number;
  /** log P(raw) ≥ log p(value) + logDensity, with `logDensity` `[batch]` in nats. */
  encode(params: P, raw: Tensor, seed: Seed, call: Call): { readonly value: Tensor; readonly logDensity: Tensor };
  /**
   * Optional, of one whose noise is made of uniform numbers on [0, 1): how many those are for raw data of a shape, and `encode`
   * with numbers that were drawn before. With a seed, it takes `uniform(shape(raw.shape), seed)`.
   */
  readonly withNoise?: {
    shape(raw: Shape): Shape;
    encode(params: P, raw: Tensor, noise: Tensor, call: Call): ReturnType<Dequantizer['encode']>;
  };
  decode(params: P, value: Tensor): Tensor;
  /**
   * Optional, of one whose `encode` goes through layers: what they are given there, and what they bring back in the opposite
   * direction from what they return. By it `recompute` is judged exact enough or not.
   */
  roundTrip?(params: P, raw: Tensor, seed: Seed, call: Call): { readonly point: Tensor; readonly back: Tensor };
}

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

/** What an element-wise transform returns, each of the shape of what it was given. */
export interface ElementwiseTransformed {
  readonly value: Tensor;
  /** log |slope| of the direction called, nats. */
  readonly logSlope: Tensor;
}

/**
 * An invertible map of single numbers inside a layer, with parameters for each number: any coupling, autoregressive or
 * stand-alone layer takes any of them, saved by type. Every raw parameter is allowed, and finite parameters and finite
 * numbers of the domain give finite results. Raw zeros are the identity or near it, so that layers start there.
 */
export interface ElementwiseTransform {
  /** How many raw parameters each number takes. */
  readonly parameters: number;
  /** The numbers that `forward` takes. */
  readonly domain: Interval;
  /** The numbers that `forward` returns and `inverse` takes. */
  readonly codomain: Interval;
  /** `x`: `[rows, size]`; `raw`: `[rows, parameters · size]`, where parameter `k` of number `j` is at `k · size + j`. */
  forward(x: Tensor, raw: Tensor): ElementwiseTransformed;
  inverse(y: Tensor, raw: Tensor): ElementwiseTransformed;
  /** Optional, for speed: the kernels that do the same, by the name under which a backend may have them, and what they are told. */
  readonly kernel?: { readonly name: string; readonly attributes: Readonly<Record<string, number | string | boolean>> };
}

/** The five kinds of part and what each builds. */
export interface Kinds {
  layer: Bijector;
  base: Base;
  dequantizer: Dequantizer;
  network: NetworkFor;
  transform: ElementwiseTransform;
}
export type Kind = keyof Kinds;

/**
 * A configured part: plain JSON with a live, non-enumerable link to its definition. `JSON.stringify` and
 * `structuredClone` drop the link; `hydrate` puts it back.
 */
export interface Spec<K extends Kind = Kind> {
  readonly $type: string;
  readonly $kind: K;
  readonly version: number;
  readonly config: object;
}

/** Where a part is built, handed to `build`. */
export interface Site {
  /** `layers.3`: names the part in errors; tensors in files have the same path. */
  readonly name: string;
  readonly eventShape: Shape;
  readonly contextShape: Shape | null;
  /** Builds a part inside this one, at this event and context shape unless told otherwise. */
  build<K extends Kind>(
    spec: Spec<K>,
    name: string,
    at?: { readonly eventShape?: Shape; readonly contextShape?: Shape | null },
  ): Kinds[K];
  /** Throws `SHAPE` with the part's name, type and event shape in front. */
  fail(message: string): never;
}
