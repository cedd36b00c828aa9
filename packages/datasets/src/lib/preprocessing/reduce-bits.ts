import { DiffeoError } from '@diffeo/core';
import type { Images } from '../images/images.ts';

/**
 * Images with fewer bins: of each pixel the highest `bits` bits are kept (Kingma & Dhariwal 2018, "Glow", trains on
 * 5 of 8). The result says how many bins it has, 2 ** bits, and a flow dequantizes with as many:
 * `uniformDequantize({ bins: images.bins })`. Scores and bits per dimension are then those of the reduced images, at
 * most `bits` for a model that knows nothing, and are not to be compared with those of images of 8 bits.
 *
 * @throws DiffeoError `BINS` when the images' bins are not a power of two, or `bits` is not a whole number from 1 to theirs.
 *
 * @example
 * const images = imagesFrom({ shape: [1, 1, 3], data: new Uint8Array([7, 8, 255]) });
 * const { values, bins } = reduceBits(images, { bits: 5 });
 * console.log([...values], bins); // [0, 1, 31] 32
 */
export function reduceBits(images: Images, { bits }: { readonly bits: number }): Images {
  const before = Math.log2(images.bins);
  if (!(Number.isInteger(before) && Number.isInteger(bits) && bits >= 1 && bits <= before)) {
    throw new DiffeoError(
      'BINS',
      `reduceBits takes images of 2, 4, 8 … 256 bins and keeps from 1 bit to all; got ${images.bins} bins and bits: ${bits}.`,
    );
  }
  return { ...images, bins: 2 ** bits, values: images.values.map((pixel) => pixel >> (before - bits)) };
}
