import { type Definition, type Dequantizer, defineDequantizer, sizeOf, uniform } from '@diffeo/core';
import { fill, type Tensor } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { binCount, binsOf, fromLevels } from './bins.ts';

const schema = strictObject({ bins: binCount });

/**
 * Spreads whole numbers 0 … `bins` − 1 over [0, 1) with uniform noise (Uria et al. 2013; Theis et al. 2016):
 * value = (raw + u) / bins and log P(raw) ≥ log p(value) − D log bins. Decoding rounds down to a bin and keeps to
 * the range, so decode(encode(raw)) = raw exactly; for that u keeps off the borders by 2⁻²² of `bins`, and the density
 * counts it.
 *
 * `bins` is a whole number from 2 to 65,536: 256 for 8-bit images, 17 for the digits. The trainer refuses data that are
 * not whole numbers of that range; `checkBins` does so beforehand, for rows of the host.
 */
export const uniformDequantize: Definition<'dequantizer', typeof schema> = /* @__PURE__ */ defineDequantizer({
  type: '@diffeo/datasets/uniform-dequantize',
  version: 2,
  schema,
  migrate: fromLevels,
  build: ({ bins }, { eventShape }): Dequantizer<Record<never, never>> => {
    const { logWidth, spread, gather } = binsOf(bins);
    const encode = (raw: Tensor, noise: Tensor) => ({
      value: spread(raw, noise),
      logDensity: fill([raw.shape[0] as number], sizeOf(eventShape) * logWidth),
    });
    return {
      eventShape,
      contextShape: null,
      bins,
      layout: {},
      init: () => ({}),
      encode: (_params, raw, seed) => encode(raw, uniform(raw.shape, seed)),
      withNoise: { shape: (raw) => raw, encode: (_params, raw, noise) => encode(raw, noise) },
      decode: (_params, value) => gather(value),
    };
  },
});
