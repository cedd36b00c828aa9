import { type Site, sizeOf } from '@diffeo/core';
import { channelSplit, checkerboardSplit, type Image } from './image-split.ts';
import { type ImageMask, type Mask, partition } from './mask.ts';
import type { Split } from './split.ts';
import { vectorSplit } from './vector-split.ts';

/** The split of events of a shape by a mask. */
export function splitOf(
  mask: Mask | ImageMask,
  swap: boolean,
  { eventShape, fail }: Pick<Site, 'eventShape' | 'fail'>,
): Split {
  if (mask !== 'channels' && mask !== 'checkerboard') {
    return vectorSplit(partition(mask, swap, sizeOf(eventShape), fail), eventShape);
  }
  if (eventShape.length !== 3) {
    return fail(`the mask '${mask}' is for images, whose event shape is [height, width, channels]`);
  }
  const of = mask === 'channels' ? channelSplit : checkerboardSplit;
  return of(eventShape as Image, swap, fail);
}
