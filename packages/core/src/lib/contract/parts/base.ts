import type { Tensor } from '@tensorflow/tfjs-core';
import type { Seed } from '../../params/seed.ts';
import type { Interval } from './interval.ts';
import type { Call, Part } from './part.ts';

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
