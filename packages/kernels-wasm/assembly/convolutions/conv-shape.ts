/**
 * The sizes of a convolution, as `conv-shape.ts` beside the kernels writes them: one u32 each, in this order.
 *
 * What is read is [images, height, width, channels]. Zeros may be spread between its rows and columns (the gradient of a
 * convolution with a stride reads so), and stand around it; a margin below zero cuts off instead.
 */
@unmanaged
export class ConvShape {
  images: usize;
  height: usize;
  width: usize;
  channels: usize;
  /** Of so many rows one holds numbers, the others zeros. */
  spreadHeight: usize;
  spreadWidth: usize;
  /** How many rows of zeros stand above. Signed. */
  top: isize;
  left: isize;
  filterHeight: usize;
  filterWidth: usize;
  dilationHeight: usize;
  dilationWidth: usize;
  strideHeight: usize;
  strideWidth: usize;
  outHeight: usize;
  outWidth: usize;
  outChannels: usize;
}

/** How many pixels of the result are computed together, about: enough to fill tiles, few enough to stay in the cache. */
const groupPixels: usize = 256;

/** How many rows of the result, of one image, are computed together. */
export function groupRows(s: ConvShape): usize {
  return min(s.outHeight, max<usize>(1, groupPixels / s.outWidth));
}

/** How many images are computed together. More than one only where they are whole. */
export function groupImages(s: ConvShape): usize {
  if (groupRows(s) < s.outHeight) return 1;
  return min(s.images, max<usize>(1, groupPixels / (s.outHeight * s.outWidth)));
}

/** How many rows so many rows of the result see. */
export function seenHeight(s: ConvShape, rows: usize): usize {
  return (rows - 1) * s.strideHeight + (s.filterHeight - 1) * s.dilationHeight + 1;
}

/** How many columns the result sees. */
export function seenWidth(s: ConvShape): usize {
  return (s.outWidth - 1) * s.strideWidth + (s.filterWidth - 1) * s.dilationWidth + 1;
}

// The numbers that a pixel of the result sees lie in runs: whole rows of the filter where its taps are neighbours.

export function runLength(s: ConvShape): usize {
  return s.dilationWidth == 1 ? s.filterWidth * s.channels : s.channels;
}

export function runCount(s: ConvShape): usize {
  return s.dilationWidth == 1 ? s.filterHeight : s.filterHeight * s.filterWidth;
}

/** How many numbers a pixel of the result sees. */
export function patchSize(s: ConvShape): usize {
  return s.filterHeight * s.filterWidth * s.channels;
}
