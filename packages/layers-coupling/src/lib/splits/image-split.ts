import type { Site } from '@diffeo/core';
import { add, concat, mul, reshape, slice, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { once } from './once.ts';
import type { Split } from './split.ts';

export type Image = readonly [height: number, width: number, channels: number];

/** Each pixel is transformed as a row of its own; their log-determinants add up. */
const rowsOf = (x: Tensor): Tensor => reshape(x, [x.size / (x.shape[3] as number), x.shape[3] as number]);
const byEvent = (rows: Tensor, pixels: number): Tensor => reshape(rows, [rows.size / pixels, pixels]);

/** The first half of the channels stays, or the second. */
export function channelSplit([height, width, channels]: Image, swap: boolean, fail: Site['fail']): Split {
  if (channels < 2) fail("one channel cannot be split: squeeze the image first, or use the mask 'checkerboard'");
  const first = Math.ceil(channels / 2);
  const [identityFrom, identityCount] = swap ? [first, channels - first] : [0, first];
  const [from, count] = swap ? [0, first] : [first, channels - first];
  const run = (x: Tensor, begin: number, size: number): Tensor =>
    slice(x, [0, 0, 0, begin], [x.shape[0] as number, height, width, size]);
  const list = (begin: number, size: number) => Array.from({ length: size }, (_, i) => begin + i);
  return {
    inputShape: [height, width, identityCount],
    outputShape: (parameters) => [height, width, parameters * count],
    split: (x) => ({ identity: run(x, identityFrom, identityCount), transformed: rowsOf(run(x, from, count)) }),
    merge: (identity, value) => {
      const mapped = reshape(value, [identity.shape[0] as number, height, width, count]);
      return concat(swap ? [mapped, identity] : [identity, mapped], 3);
    },
    logDet: (rows) => sum(byEvent(rows, height * width), 1),
    fuses: {
      kind: 'convolutional',
      columns: once(() => ({
        identityColumns: list(identityFrom, identityCount),
        transformedColumns: list(from, count),
      })),
    },
  };
}

/**
 * Pixels whose row and column have an even sum stay, or the others (Dinh et al. 2017, fig. 3). The network sees the image with
 * zeros in the place of those that are transformed. All pixels go through the transform, and the mask says which count.
 */
export function checkerboardSplit([height, width, channels]: Image, swap: boolean, fail: Site['fail']): Split {
  if (height * width < 2) fail("one pixel has no neighbour to condition it: use the mask 'channels'");
  const isOdd = (pixel: number): boolean => (Math.floor(pixel / width) + (pixel % width)) % 2 === 1;
  // For each channel its own, although all are the same: tfjs broadcasts along a last axis ten times slower.
  const marks = (odd: boolean, shape: readonly number[], depth: number) => {
    const numbers = once(() =>
      Float32Array.from({ length: height * width * depth }, (_, k) => (isOdd(Math.floor(k / depth)) === odd ? 1 : 0)),
    );
    return () => tensor(numbers(), [...shape]);
  };
  const image = [1, height, width, channels];
  const [stays, changes] = [marks(swap, image, channels), marks(!swap, image, channels)];
  const rowChanges = marks(!swap, [1, height * width], 1);
  return {
    inputShape: [height, width, channels],
    outputShape: (parameters) => [height, width, parameters * channels],
    split: (x) => ({ identity: mul(x, stays()), transformed: rowsOf(x) }),
    merge: (identity, value) => add(identity, mul(reshape(value, identity.shape), changes())),
    logDet: (rows) => sum(mul(byEvent(rows, height * width), rowChanges()), 1),
  };
}
