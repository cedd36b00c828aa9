import type { Site } from '@diffeo/core';
import type { ImageShape } from '@diffeo/ops';

/** The event at `site` as an image; fails for an event of any other rank. */
export function imageShape({ eventShape, fail }: Pick<Site, 'eventShape' | 'fail'>): ImageShape {
  const [height, width, channels, ...more] = eventShape;
  if (height === undefined || width === undefined || channels === undefined || more.length > 0) {
    return fail('works on images, whose event shape is [height, width, channels]');
  }
  return { height, width, channels };
}
