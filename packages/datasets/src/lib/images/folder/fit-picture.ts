import type { DecodedPicture } from '../pictures/decoded-picture.ts';

/** How bright the eye finds red, green and blue (ITU-R BT.601). */
const [red, green, blue] = [0.299, 0.587, 0.114] as const;

/** A row of a picture in as many channels as are wanted, from number `from` of `row` on. */
function takeRow({ width, channels, data }: DecodedPicture, y: number, wanted: 1 | 3, row: Float64Array): void {
  const from = y * width * channels;
  if (channels === wanted) {
    for (let i = 0; i < row.length; i++) row[i] = data[from + i] as number;
  } else if (wanted === 3) {
    for (let x = 0; x < width; x++) row.fill(data[from + x] as number, 3 * x, 3 * x + 3);
  } else {
    for (let x = 0, at = from; x < width; x++, at += 3) {
      row[x] = red * (data[at] as number) + green * (data[at + 1] as number) + blue * (data[at + 2] as number);
    }
  }
}

/** Calls back with each of the pixels that an interval covers, and how much of it. */
function overCovered(from: number, to: number, visit: (pixel: number, share: number) => void): void {
  for (let pixel = Math.floor(from); pixel < to - 1e-9; pixel++) {
    visit(pixel, Math.min(to, pixel + 1) - Math.max(from, pixel));
  }
}

/**
 * A picture at another size: the largest part of its middle that has the shape, each new pixel the mean of what it covers.
 */
export function fitPicture(
  picture: DecodedPicture,
  [height, width]: readonly [number, number],
  channels: 1 | 3,
): Uint8Array {
  if (picture.height === height && picture.width === width && picture.channels === channels) return picture.data;
  const fitted = new Uint8Array(height * width * channels);
  const step = Math.min(picture.width / width, picture.height / height);
  const [left, top] = [(picture.width - step * width) / 2, (picture.height - step * height) / 2];
  const row = new Float64Array(picture.width * channels);
  const narrow = new Float64Array(width * channels);
  const sum = new Float64Array(width * channels);
  let taken = -1;
  /** Shrinks a row of the picture, unless it is the one that was shrunk last. */
  const narrowRow = (y: number): void => {
    if (y === taken) return;
    taken = y;
    takeRow(picture, y, channels, row);
    narrow.fill(0);
    for (let j = 0; j < width; j++) {
      overCovered(left + step * j, left + step * (j + 1), (x, share) => {
        for (let channel = 0; channel < channels; channel++) {
          const to = j * channels + channel;
          narrow[to] = (narrow[to] as number) + share * (row[x * channels + channel] as number);
        }
      });
    }
  };
  for (let i = 0; i < height; i++) {
    sum.fill(0);
    overCovered(top + step * i, top + step * (i + 1), (y, share) => {
      narrowRow(y);
      for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + share * (narrow[k] as number);
    });
    for (let k = 0; k < sum.length; k++) fitted[i * sum.length + k] = Math.round((sum[k] as number) / step ** 2);
  }
  return fitted;
}
