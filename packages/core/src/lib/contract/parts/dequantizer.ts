import type { Tensor } from '@tensorflow/tfjs-core';
import type { Seed } from '../../params/seed.ts';
import type { Shape } from '../shape.ts';
import type { Call, Part } from './part.ts';

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
