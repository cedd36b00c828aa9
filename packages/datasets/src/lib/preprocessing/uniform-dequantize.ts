import { type Definition, type Dequantizer, defineDequantizer, sizeOf, uniform } from '@diffeo/core';
import { add, clipByValue, div, fill, floor, minimum, mul } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, pipe, strictObject } from 'valibot';

const schema = strictObject({ levels: pipe(number(), integer(), minValue(2), maxValue(65536)) });

/**
 * Spreads whole numbers 0 … `levels` − 1 over [0, 1] with uniform noise (Uria et al. 2013; Theis et al. 2016):
 * value = (raw + u) / levels and log P(raw) ≥ log p(value) − D log levels. Decoding rounds down to a level and keeps to
 * the range, so decode(encode(raw)) = raw exactly.
 *
 * `levels` is a whole number from 2 to 65,536: 256 for 8-bit images, 17 for the digits. See `checkLevels` to refuse data
 * that are not whole numbers of that range.
 */
export const uniformDequantize: Definition<'dequantizer', typeof schema> = /* @__PURE__ */ defineDequantizer({
  type: '@diffeo/datasets/uniform-dequantize',
  version: 1,
  schema,
  build: ({ levels }, { eventShape }): Dequantizer<Record<never, never>> => {
    const logDensity = -sizeOf(eventShape) * Math.log(levels);
    // Near 1 the noise would round up to the next level in float32: addition and division each lose 2⁻²⁴ of `levels`.
    const most = 1 - levels * 2 ** -22;
    return {
      eventShape,
      contextShape: null,
      layout: {},
      init: () => ({}),
      encode: (_params, raw, seed) => ({
        value: div(add(raw, minimum(uniform(raw.shape, seed), most)), levels),
        logDensity: fill([raw.shape[0] as number], logDensity),
      }),
      decode: (_params, value) => clipByValue(floor(mul(value, levels)), 0, levels - 1),
    };
  },
});
