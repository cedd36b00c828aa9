import { type Bijector, type Definition, defineLayer, type Site } from '@diffeo/core';
import { channelsToSpace, type ImageShape, spaceToChannels } from '@diffeo/ops';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import { integer, minValue, number, optional, pipe, strictObject } from 'valibot';
import { imageShape } from './image-shape.ts';

const schema = strictObject({
  /** The side of the blocks that become channels. Default 2. */
  factor: optional(pipe(number(), integer(), minValue(1)), 2),
});

const noChange = (x: Tensor) => zeros([x.shape[0] as number]);

/** The image at `site` with a side that the factor divides. */
function divided(site: Site, factor: number): ImageShape {
  const image = imageShape(site);
  if (image.height % factor === 0 && image.width % factor === 0) return image;
  return site.fail(`the factor ${factor} must divide height and width: pad the images, or squeeze less often`);
}

/**
 * Trades space for channels (Dinh et al. 2017, "Density estimation using Real NVP", §3.6): each block of factor × factor
 * pixels becomes one pixel, `[height, width, channels]` → `[height/factor, width/factor, factor²·channels]` in the inverse
 * direction. The channels of a block stay together, row by row. No parameters; logDet 0.
 */
export const squeeze: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-glow/squeeze',
  version: 1,
  schema,
  build: ({ factor }, site): Bijector<object> => {
    const image = divided(site, factor);
    return {
      eventShape: site.eventShape,
      baseShape: [image.height / factor, image.width / factor, factor * factor * image.channels],
      contextShape: null,
      support: 'kept',
      layout: {},
      init: () => ({}),
      forward: (_, z) => ({ value: channelsToSpace(z, image, factor), logDet: noChange(z) }),
      inverse: (_, x) => ({ value: spaceToChannels(x, image, factor), logDet: noChange(x) }),
    };
  },
});

/**
 * {@link squeeze} the other way round: `[height, width, channels]` → `[factor·height, factor·width, channels/factor²]` in
 * the inverse direction.
 */
export const unsqueeze: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-glow/unsqueeze',
  version: 1,
  schema,
  build: ({ factor }, site): Bijector<object> => {
    const { height, width, channels } = imageShape(site);
    if (channels % (factor * factor) !== 0) site.fail(`factor² = ${factor * factor} must divide the channels`);
    const image = { height: factor * height, width: factor * width, channels: channels / (factor * factor) };
    return {
      eventShape: site.eventShape,
      baseShape: [image.height, image.width, image.channels],
      contextShape: null,
      support: 'kept',
      layout: {},
      init: () => ({}),
      forward: (_, z) => ({ value: spaceToChannels(z, image, factor), logDet: noChange(z) }),
      inverse: (_, x) => ({ value: channelsToSpace(x, image, factor), logDet: noChange(x) }),
    };
  },
});
