import type { DecodedPicture } from './picture.ts';

/** How bright the eye finds red, green and blue (ITU-R BT.601). */
const brightness = [0.299, 0.587, 0.114] as const;

/** The number at a place of a picture, in as many channels as are wanted. */
function light(
  { width, channels, data }: DecodedPicture,
  x: number,
  y: number,
  channel: number,
  grey: boolean,
): number {
  const at = (y * width + x) * channels;
  if (channels === 1) return data[at] as number;
  if (!grey) return data[at + channel] as number;
  return brightness.reduce((sum, weight, i) => sum + weight * (data[at + i] as number), 0);
}

/** Which pixels an interval from `from` to `to` covers, and how much of each. */
function covered(from: number, to: number): readonly (readonly [pixel: number, share: number])[] {
  const pixels: [number, number][] = [];
  for (let pixel = Math.floor(from); pixel < to - 1e-9; pixel++) {
    pixels.push([pixel, Math.min(to, pixel + 1) - Math.max(from, pixel)]);
  }
  return pixels;
}

/**
 * A picture at another size: the largest part of its middle that has the shape, each new pixel the mean of what it covers.
 */
export function fitPicture(
  picture: DecodedPicture,
  [height, width]: readonly [number, number],
  channels: 1 | 3,
): Uint8Array {
  const fitted = new Uint8Array(height * width * channels);
  const grey = channels === 1;
  const step = Math.min(picture.width / width, picture.height / height);
  const [left, top] = [(picture.width - step * width) / 2, (picture.height - step * height) / 2];
  for (let i = 0; i < height; i++) {
    const rows = covered(top + step * i, top + step * (i + 1));
    for (let j = 0; j < width; j++) {
      const columns = covered(left + step * j, left + step * (j + 1));
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (const [y, tall] of rows) {
          for (const [x, wide] of columns) sum += tall * wide * light(picture, x, y, channel, grey);
        }
        fitted[(i * width + j) * channels + channel] = Math.round(sum / step ** 2);
      }
    }
  }
  return fitted;
}
