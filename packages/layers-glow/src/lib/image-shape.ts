import type { Site } from '@diffeo/core';

/** The event shape of an image: `[height, width, channels]`. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The event at `site` as an image; fails for an event of any other rank. */
export function imageShape({ eventShape, fail }: Pick<Site, 'eventShape' | 'fail'>): ImageShape {
  const [height, width, channels, ...more] = eventShape;
  if (height === undefined || width === undefined || channels === undefined || more.length > 0) {
    return fail('works on images, whose event shape is [height, width, channels]');
  }
  return { height, width, channels };
}
