import { type Definition, defineTransform, type ElementwiseTransform, everywhere } from '@diffeo/core';
import { logOnePlus } from '@diffeo/core/engine';
import {
  add,
  div,
  exp,
  fill,
  greaterEqual,
  minimum,
  mul,
  neg,
  relu,
  sigmoid,
  square,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { expMinusOne } from '../../exact/exp-minus-one.ts';
import { bounded } from '../bounded.ts';
import { parameterOf } from '../elementwise.ts';
import { inverseLogErfc, logErfc, logScaledErfc } from './log-erfc.ts';

const schema = strictObject({
  /** c: the log-scale stays within ±c. Default 3. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(20)), 3),
  /** The tail index λ of both tails at raw zeros: a standard normal becomes something like a Student t of 1/λ degrees of freedom. Default 0.1. */
  tail: optional(pipe(number(), minValue(1e-3), maxValue(1.9)), 0.1),
});

/** Tail indices stay below this: from 1 on there is no mean. And above this, so that λ can be divided by. */
const [heaviest, lightest] = [2, 1e-4];
/** The largest power of e within float32, with room for what it is multiplied by. */
const most = 80;
/** The slope of the map at 0 without a scale, √(2/π). */
const logRoot2OverPi = 0.5 * Math.log(2 / Math.PI);

function heavyTailsTransform(bound: number, tail: number): ElementwiseTransform {
  const start = Math.log(tail / (heaviest - tail));
  const parts = (raw: Tensor) => {
    const part = (k: number): Tensor => parameterOf(raw, k, 4);
    const index = (k: number): Tensor => add(mul(sigmoid(add(part(k), start)), heaviest), lightest);
    const logScale = bounded(part(1), bound);
    return { shift: part(0), logScale, scale: exp(sub(logScale, logRoot2OverPi)), below: index(2), above: index(3) };
  };
  const signOf = (v: Tensor): Tensor => where(greaterEqual(v, 0), fill(v.shape, 1), fill(v.shape, -1));
  /** log dy/dx where |x| = √2·u: the squares of the two exponentials cancel but for λ·u². */
  const logSlopeAt = (u: Tensor, index: Tensor, logScale: Tensor): Tensor =>
    add(logScale, sub(mul(index, square(u)), mul(add(index, 1), logScaledErfc(u))));
  return {
    parameters: 4,
    domain: everywhere,
    codomain: everywhere,
    forward: (x, raw) => {
      const { shift, logScale, scale, below, above } = parts(raw);
      const index = where(greaterEqual(x, 0), above, below);
      const sign = signOf(x);
      const u = mul(mul(x, sign), Math.SQRT1_2);
      const size = div(expMinusOne(minimum(mul(neg(logErfc(u)), index), most)), index);
      return { value: add(mul(mul(sign, size), scale), shift), logSlope: logSlopeAt(u, index, logScale) };
    },
    inverse: (y, raw) => {
      const { shift, logScale, scale, below, above } = parts(raw);
      const offset = div(sub(y, shift), scale);
      const index = where(greaterEqual(offset, 0), above, below);
      const sign = signOf(offset);
      const size = relu(mul(offset, sign));
      const u = inverseLogErfc(div(logOnePlus(mul(size, index)), index));
      return { value: mul(mul(u, sign), Math.SQRT2), logSlope: neg(logSlopeAt(u, index, logScale)) };
    },
  };
}

/**
 * The tail transform of Hickling & Prangle 2025 ("Flexible tails for normalizing flows", eq. 5), which gives each number heavy tails, one weight for each side:
 * y = shift + scale·(s/λ)·(erfc(|x|/√2)^(−λ) − 1), s the sign of x and λ the index of that tail. The slope at 0 is the scale e^(c·tanh(a/c)). Raw parameters are the
 * shift, a, and two numbers from which the indices of the lower and the upper tail come, `tail` at raw zeros and from 0 to 2.
 *
 * Put it first, at the data: what lies behind it then learns something with the tails of its base. It is never the identity: tails grow heavier.
 * forward, base → data: x to y. inverse: by Newton's method on the logarithm of erfc, to rounding. Values end at e^80.
 */
export const heavyTails: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/heavy-tails',
  version: 1,
  schema,
  build: ({ bound, tail }) => heavyTailsTransform(bound, tail),
});
