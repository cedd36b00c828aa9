import type { Tensor } from '@tensorflow/tfjs-core';
import type { Interval } from './interval.ts';

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
