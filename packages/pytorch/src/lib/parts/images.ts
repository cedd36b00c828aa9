import { squeeze } from '@diffeo/layers-glow';
import { permutation } from './affine-pieces.ts';
import type { Piece } from './piece.ts';

/** As PyTorch has images: channels first. Here they come last, in the same order. */
export type Image = readonly [channels: number, height: number, width: number];

/**
 * A squeeze of two by two pixels, data to base: PyTorch's libraries put the four pixels that a channel had beside each other, ours the channels
 * that a pixel had.
 */
export const squeezed = ([channels, height, width]: Image): {
  readonly pieces: readonly Piece[];
  readonly image: Image;
} => ({
  pieces: [
    { spec: squeeze(), params: {} },
    permutation(Array.from({ length: 4 * channels }, (_, i) => (i % 4) * channels + Math.floor(i / 4))),
  ],
  image: [4 * channels, height / 2, width / 2],
});

/** The numbers of an image pixel by pixel, of those channel by channel. */
export const pixelByPixel = (values: ArrayLike<number>, [channels, height, width]: Image): number[] =>
  Array.from({ length: channels * height * width }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels];
    return values[channel * height * width + pixel] as number;
  });
