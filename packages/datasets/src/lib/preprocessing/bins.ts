import { add, clipByValue, div, floor, mul, type Tensor } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, pipe } from 'valibot';

/** How many bins there are: a whole number from 2 to 65,536. */
export const binCount = pipe(number(), integer(), minValue(2), maxValue(65536));

/** How whole numbers 0 … bins − 1 share the interval [0, 1): the one convention of every dequantizer here. */
export interface Bins {
  /** The logarithm of the width that the noise of one number has there, nats: of a bin, less its margins. */
  readonly logWidth: number;
  /** (raw + u) / bins, where u is `noise`, on [0, 1], brought to within the margins. */
  spread(raw: Tensor, noise: Tensor): Tensor;
  /** The bin that a value lies on, the first or the last for one outside: exactly what was spread. */
  gather(value: Tensor): Tensor;
}

/** How far noise keeps off the borders of a bin at least, in bins: 2⁻¹⁰. */
export const leastMargin = 2 ** -10;

/**
 * A flow's round trip is not exact, so that noise too near to a border could come back as a neighbour: trained flows of
 * images are off by some 10⁻⁴ of 256 bins. It keeps off by 2⁻¹⁰ of a bin on both sides, which costs 0.003 bits per
 * dimension. In float32 the sum, the division and the multiplication that undoes it alone each lose up to 2⁻²⁴ of `bins`:
 * above 4,096 bins the margin is 2⁻²² of them, a 64th of a bin at 65,536, which costs 0.05, and there the resolution
 * ends. The noise is squeezed and not cut, so that its density is known and the bound a bound.
 */
export function binsOf(bins: number): Bins {
  const margin = Math.max(leastMargin, bins * 2 ** -22);
  const free = 1 - 2 * margin;
  return {
    logWidth: Math.log(free) - Math.log(bins),
    spread: (raw, noise) => div(add(raw, add(mul(noise, free), margin)), bins),
    gather: (value) => clipByValue(floor(mul(value, bins)), 0, bins - 1),
  };
}

/** A configuration of version 1, which called bins `levels`, as it is now. */
export function fromLevels(config: unknown): { readonly bins: number } {
  const { levels, ...rest } = config as { readonly levels: number };
  return { ...rest, bins: levels };
}
