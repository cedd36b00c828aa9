/** What a flow is: its functions, what they take and what they give. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector, Latent } from '../contract/parts/bijector.ts';
import type { Dequantizer } from '../contract/parts/dequantizer.ts';
import type { GradientMode, Part, Transformed } from '../contract/parts/part.ts';
import type { Shape } from '../contract/shape.ts';
import type { Params } from '../params/params.ts';
import type { Seed } from '../params/seed.ts';
import type { DensitySpec, FlowSpec } from './flow-spec.ts';

/** One tree for everything that a flow learns or keeps. */
export interface FlowParams {
  readonly dequantize: Params;
  readonly layers: readonly Params[];
  readonly base: Params;
}

/** How to take a likelihood. */
export interface LogProbOptions {
  /** One row for each row of `x`, or one for all. */
  readonly context?: Tensor;
  /** Draws training noise (dropout). Absent: evaluation. */
  readonly seed?: Seed;
  /**
   * Draws the dequantization noise, or what `drawNoise` made of a seed. Required when the flow has a dequantizer, and only
   * then used.
   */
  readonly noise?: Seed | Tensor;
  /** Default `store`. */
  readonly gradient?: GradientMode;
}

/** How to start. */
export type StartOptions = Omit<LogProbOptions, 'gradient'>;

/** A chunk of data to start from: `[rows, ...eventShape]`, and a context for each row or one for all. */
export interface StartingRows {
  readonly x: Tensor;
  readonly context?: Tensor;
}

/** Gives the data to start from anew each time it is called: a generator, say, that reads a file. */
export type StartingSource = () => AsyncIterable<StartingRows> | Iterable<StartingRows>;

/** How to sample. */
export interface SampleOptions {
  readonly count: number;
  readonly seed: Seed;
  /** One row for each sample, or one for all. */
  readonly context?: Tensor;
  /** Scales the base's spread: 1 is the model, less is nearer its modes. A record sets it for each latent by name. */
  readonly temperature?: number | Readonly<Record<string, number>>;
}

/** Samples, `[count, ...eventShape]`, and their log-densities, `[count]`, nats. */
export interface SampleWithLogProb {
  readonly value: Tensor;
  readonly logProb: Tensor;
}

/** One part's result on the way from data to base. */
export interface TracedStep extends Transformed {
  /** `layers.3 (@diffeo/layers-coupling/coupling)` */
  readonly name: string;
}

/**
 * What has a density: one flow, or a mixture of several. What scores, samples, saves or loads takes any of them; what fits takes a flow.
 * The caller owns every tensor that it returns.
 */
// biome-ignore lint/suspicious/noExplicitAny: of any parameters
export interface Density<P = any> extends Omit<Part<P>, 'start'> {
  readonly spec: DensitySpec;
  readonly dequantizes: boolean;
  /** What turns discrete data into continuous data; `null` where the data are continuous. Of a mixture, the first member's. */
  readonly dequantizer: Dequantizer | null;
  /**
   * Fills what starts from data, and returns the rest as it is. `data`: `[batch, ...eventShape]`, as many rows as are at hand; or a
   * function that gives them anew, chunk by chunk, for each pass, where there are more than fit into memory. Each part that starts
   * takes one pass. Chunks stay the caller's.
   */
  start(params: P, data: Tensor | StartingSource, options?: StartOptions): Promise<P>;
  /**
   * The exact log-likelihood of each row, `[batch]`, nats, in the units of the data as given (for dequantized data, a
   * lower bound on the log-probability of the discrete value).
   */
  logProb(params: P, x: Tensor, options?: LogProbOptions): Tensor;
  /** `[count, ...eventShape]`. The same seed gives the same samples on every backend, up to float32 rounding. */
  sample(params: P, options: SampleOptions): Tensor;
}

/** A normalizing flow: a density whose points are those of one base, one to one. */
export interface Flow extends Density<FlowParams> {
  readonly spec: FlowSpec;
  readonly bijector: Bijector<readonly Params[]>;
  /** The shape of an event on the base's side. */
  readonly baseShape: Shape;
  /** The named parts of the base vector; one called `base` unless the flow is multi-scale. */
  readonly latents: readonly Latent[];
  /**
   * Data → base: `[batch, ...eventShape]` → `[batch, ...baseShape]`, with the log-determinant of everything before the base
   * (the dequantization's log-density included): `logProb` is the base's log-density at the value plus `logDet`.
   */
  toBase(params: FlowParams, x: Tensor, options?: LogProbOptions): Transformed;
  /** Base → data, the opposite of `toBase`: exact but for rounding, and discrete again where the flow dequantizes. */
  toData(params: FlowParams, z: Tensor, options?: { readonly context?: Tensor }): Tensor;
  /**
   * What each part returns on the way from data to base, in that order: the dequantizer, each layer, the base (whose
   * `logDet` is its log-density). For pictures of a flow at work, and to find the part at which a number stops being one.
   */
  trace(params: FlowParams, x: Tensor, options?: LogProbOptions): readonly TracedStep[];
  /**
   * Samples and the log-density of each under the flow, `[count]`, nats, in one pass from base to data: what `sample` gives, and
   * `logProb` of it, up to rounding. Differentiable in the parameters through both, as variational methods need it, as far as
   * the base's own samples are. Refused with `ONE_WAY` where the flow dequantizes, since what it gives then has no density.
   */
  sampleWithLogProb(params: FlowParams, options: Omit<SampleOptions, 'temperature'>): SampleWithLogProb;
  /** The noise that a seed gives so many rows of data; `null` where there is none, or it is not made of uniform numbers. */
  drawNoise(rows: number, seed: Seed): Tensor | null;
  /** The points on the base's side that `sample` maps to data, `[count, ...baseShape]`. */
  drawBase(params: FlowParams, options: SampleOptions): Tensor;
}
