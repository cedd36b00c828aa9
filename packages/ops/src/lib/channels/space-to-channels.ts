import { reshape, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** The shape of an image, without the batch: `[height, width, channels]`. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Swaps the middle axes of `[rows, a, b, size]`. */
const swap = (x: Tensor, rows: number, a: number, b: number, size: number): Tensor =>
  transpose(reshape(x, [rows, a, b, size]), [0, 2, 1, 3]);

/** `[batch, height, width, channels]` → `[batch, height/factor, width/factor, factor²·channels]`, block by block. */
export function spaceToChannels(x: Tensor, { height, width, channels }: ImageShape, factor: number): Tensor {
  const batch = x.shape[0] as number;
  const [rows, columns, run] = [height / factor, width / factor, factor * channels];
  return reshape(swap(x, batch * rows, factor, columns, run), [batch, rows, columns, factor * run]);
}

/** The opposite of {@link spaceToChannels}; the shape is that of the image with its space. */
export function channelsToSpace(x: Tensor, { height, width, channels }: ImageShape, factor: number): Tensor {
  const batch = x.shape[0] as number;
  const [rows, columns, run] = [height / factor, width / factor, factor * channels];
  return reshape(swap(x, batch * rows, columns, factor, run), [batch, height, width, channels]);
}
