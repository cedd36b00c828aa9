import type { ElementwiseTransformed } from '@diffeo/core';
import {
  add,
  clipByValue,
  concat,
  div,
  exp,
  expandDims,
  logSumExp,
  max,
  min,
  mul,
  neg,
  softplus,
  sub,
  type Tensor,
  tanh,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { along, byNumber } from '../by-number.ts';

/** What a mixture is, whatever its parameters. */
export interface LogisticMixtureShape {
  readonly components: number;
  /** Log-scales stay within ±bound. */
  readonly bound: number;
}

/** The components of each number's mixture, `[rows, size, components]`. */
export interface Components {
  readonly logWeights: Tensor;
  readonly means: Tensor;
  readonly logScales: Tensor;
}

/** Where components are at raw zeros: apart, or all would learn the same. */
const placesOf = (components: number): number[] =>
  Array.from({ length: components }, (_, k) => (components > 1 ? (2 * k) / (components - 1) - 1 : 0));

/** The logarithm of the softmax; that of tfjs cannot be differentiated twice. */
const logShares = (logits: Tensor): Tensor => sub(logits, logSumExp(logits, 2, true));

/** Weights by a softmax, means around fixed places, bounded log-scales. */
export function componentsOf({ components, bound }: LogisticMixtureShape, raw: Tensor): Components {
  const all = byNumber(raw, 3 * components);
  return {
    logWeights: logShares(along(all, 0, components)),
    means: add(along(all, components, components), tensor1d(placesOf(components))),
    logScales: mul(bound, tanh(div(along(all, 2 * components, components), bound))),
  };
}

/**
 * logit F(x) of the mixture's F = Σ w σ(u), u = (x − m)e⁻ˢ, and its log-slope. With F + S = 1 the slope f/(FS) is f/F + f/S, a sum
 * of positive numbers in both tails: log(1 − F) is never taken, and nothing is clamped.
 */
export function logitOf({ logWeights, means, logScales }: Components, x: Tensor): ElementwiseTransformed {
  const u = clipByValue(mul(sub(expandDims(x, 2), means), exp(neg(logScales))), -1e30, 1e30);
  const [low, high] = [neg(softplus(neg(u))), neg(softplus(u))];
  const [below, above] = [add(logWeights, low), add(logWeights, high)];
  const slopes = [add(logShares(below), high), add(logShares(above), low)].map((side) => sub(side, logScales));
  return { value: sub(logSumExp(below, 2), logSumExp(above, 2)), logSlope: logSumExp(concat(slopes, 2), 2) };
}

/** Where each component alone would reach y: logit F reaches it between the lowest and the highest. */
export function bracketOf({ means, logScales }: Components, y: Tensor): readonly [low: Tensor, high: Tensor] {
  const own = add(means, mul(expandDims(y, 2), exp(logScales)));
  return [min(own, 2), max(own, 2)];
}
