import { type Bijector, type Definition, defineLayer, everywhere } from '@diffeo/core';
import { channelsToSpace, spaceToChannels } from '@diffeo/ops';
import { add, concat, mul, slice, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { imageShape } from './image-shape.ts';

const schema = strictObject({});

/** The Haar matrix of four numbers: symmetric and orthogonal, so that it is its own inverse. */
function haarMatrix(x: Tensor, channels: number): Tensor {
  const [batch, height, width] = x.shape as [number, number, number];
  const part = (i: number) => slice(x, [0, 0, 0, i * channels], [batch, height, width, channels]);
  const [a, b, c, d] = [part(0), part(1), part(2), part(3)];
  const [top, bottom, left, right] = [add(a, b), add(c, d), sub(a, b), sub(c, d)];
  return mul(concat([add(top, bottom), add(left, right), sub(top, bottom), sub(left, right)], 3), 0.5);
}

/**
 * The Haar wavelet in place of a squeeze (Ardizzone et al. 2019, "Guided image generation", §3.3): each block of 2 × 2 pixels
 * becomes its mean, times 2, and its horizontal, vertical and diagonal differences, in that order, `channels` numbers
 * each. Neighbours that are alike become numbers near 0. Orthogonal: no parameters, logDet 0.
 */
export const haar: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-glow/haar',
  version: 1,
  schema,
  build: (_config, site): Bijector<object> => {
    const image = imageShape(site);
    const { height, width, channels } = image;
    if (height % 2 !== 0 || width % 2 !== 0) site.fail('height and width must be even');
    const logDet = (x: Tensor) => zeros([x.shape[0] as number]);
    return {
      eventShape: site.eventShape,
      baseShape: [height / 2, width / 2, 4 * channels],
      contextShape: null,
      support: { domain: everywhere, codomain: everywhere },
      layout: {},
      init: () => ({}),
      forward: (_, z) => ({ value: channelsToSpace(haarMatrix(z, channels), image, 2), logDet: logDet(z) }),
      inverse: (_, x) => ({ value: haarMatrix(spaceToChannels(x, image, 2), channels), logDet: logDet(x) }),
    };
  },
});
