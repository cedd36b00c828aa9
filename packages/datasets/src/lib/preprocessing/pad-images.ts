import { type Definition, type Dequantizer, defineDequantizer, type Params, type Site, specOf } from '@diffeo/core';
import { gather, pad, slice, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { integer, minValue, number, optional, picklist, pipe, strictObject, tuple } from 'valibot';

const side = pipe(number(), integer(), minValue(1));
const schema = strictObject({
  /** Height and width after padding. */
  to: tuple([side, side]),
  /** What stands in the padding: zeros, or the nearest pixel of the image. Default `zeros`. */
  fill: optional(picklist(['zeros', 'edge']), 'zeros'),
  /** Spreads the padded image. */
  dequantizer: specOf('dequantizer'),
});

/** The parameters of {@link padImages}: those of the dequantizer inside. */
interface PaddedParams {
  readonly dequantizer: Params;
}

/** How many pixels stand before and after an image along one side: as many, or one more after it. */
function margins(from: number, to: number, site: Site): readonly [before: number, after: number] {
  if (to < from) site.fail(`cannot be padded to fewer pixels: a side of ${from} to ${to}`);
  const before = Math.floor((to - from) / 2);
  return [before, to - from - before];
}

/** The pixels of one side of an image and its margins, each repeated for the nearest. */
const nearest = (size: number, [before, after]: readonly [number, number]): Int32Array =>
  Int32Array.from({ length: before + size + after }, (_, i) => Math.min(Math.max(i - before, 0), size - 1));

/**
 * Puts a margin round images before they are dequantized, so that their sides can be halved as often as a multi-scale flow
 * wants: 28 × 28 to 32 × 32. Samples come without it.
 *
 * The event stays the image as it is: a score is a lower bound on the image's log-probability in nats, what the margin
 * costs included, and bits per dimension are counted over the image's own pixels. Nothing is gained by pixels that are
 * known beforehand.
 */
export const padImages: Definition<'dequantizer', typeof schema> = /* @__PURE__ */ defineDequantizer({
  type: '@diffeo/datasets/pad-images',
  version: 1,
  schema,
  build: ({ to, fill, dequantizer }, site): Dequantizer<PaddedParams> => {
    const { eventShape } = site;
    const [height, width, channels, ...more] = eventShape;
    if (height === undefined || width === undefined || channels === undefined || more.length > 0) {
      return site.fail('pads images, whose event shape is [height, width, channels]');
    }
    const rows = margins(height, to[0], site);
    const columns = margins(width, to[1], site);
    const inner = site.build(dequantizer, 'dequantizer', { eventShape: [...to, channels] });
    const { start, roundTrip, withNoise, bins } = inner;

    const padded = (raw: Tensor): Tensor => {
      if (fill === 'zeros') return pad(raw, [[0, 0], [...rows], [...columns], [0, 0]]);
      // tfjs's WASM kernel gathers from an empty tensor in another shape.
      if (raw.shape[0] === 0) return zeros([0, ...to, channels]);
      const across = gather(raw, tensor1d(nearest(height, rows), 'int32'), 1);
      return gather(across, tensor1d(nearest(width, columns), 'int32'), 2);
    };
    return {
      eventShape,
      baseShape: inner.baseShape ?? inner.eventShape,
      contextShape: inner.contextShape,
      ...(bins !== undefined && { bins }),
      layout: { dequantizer: inner.layout },
      init: (seed) => ({ dequantizer: inner.init(seed) }),
      ...(start && {
        start: async (params, data) => ({
          dequantizer: await start(
            params.dequantizer,
            data.map((raw, call) => ({ x: padded(raw), call })),
          ),
        }),
      }),
      encode: (params, raw, seed, call) => inner.encode(params.dequantizer, padded(raw), seed, call),
      ...(withNoise && {
        withNoise: {
          shape: ([images]) => withNoise.shape([images as number, ...to, channels]),
          encode: (params, raw, noise, call) => withNoise.encode(params.dequantizer, padded(raw), noise, call),
        },
      }),
      decode: (params, value) => {
        const whole = inner.decode(params.dequantizer, value);
        return slice(whole, [0, rows[0], columns[0], 0], [whole.shape[0] as number, height, width, channels]);
      },
      ...(roundTrip && {
        roundTrip: (params, raw, seed, call) => roundTrip(params.dequantizer, padded(raw), seed, call),
      }),
    };
  },
});
