import { add, clipByValue, div, floor, mul, type Tensor } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, pipe } from 'valibot';

/** How many levels there are: a whole number from 2 to 65,536. */
export const levelCount = pipe(number(), integer(), minValue(2), maxValue(65536));

/** How whole numbers 0 … levels − 1 share the interval [0, 1): the one convention of every dequantizer here. */
export interface Levels {
  /** The logarithm of the width that the noise of one number has there, nats: of a level, less its margins. */
  readonly logWidth: number;
  /** (raw + u) / levels, where u is `noise`, on [0, 1], brought to within the margins. */
  spread(raw: Tensor, noise: Tensor): Tensor;
  /** The level that a value lies on, the first or the last for one outside: exactly what was spread. */
  gather(value: Tensor): Tensor;
}

/** How far noise keeps off the borders of a level at least, in levels: 2⁻¹⁰. */
export const leastMargin = 2 ** -10;

/**
 * A flow's round trip is not exact, so that noise too near to a border could come back as a neighbour: trained flows of
 * images are off by some 10⁻⁴ of 256 levels. It keeps off by 2⁻¹⁰ of a level on both sides, which costs 0.003 bits per
 * dimension. In float32 the sum, the division and the multiplication that undoes it alone each lose up to 2⁻²⁴ of `levels`:
 * above 4,096 levels the margin is 2⁻²² of them, a 64th of a level at 65,536, which costs 0.05, and there the resolution
 * ends. The noise is squeezed and not cut, so that its density is known and the bound a bound.
 */
export function levelsOf(levels: number): Levels {
  const margin = Math.max(leastMargin, levels * 2 ** -22);
  const free = 1 - 2 * margin;
  return {
    logWidth: Math.log(free) - Math.log(levels),
    spread: (raw, noise) => div(add(raw, add(mul(noise, free), margin)), levels),
    gather: (value) => clipByValue(floor(mul(value, levels)), 0, levels - 1),
  };
}
