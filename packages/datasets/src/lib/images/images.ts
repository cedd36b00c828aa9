import { DiffeoError } from '@diffeo/core';
import type { Dataset } from '../data/dataset.ts';
import type { NumberArray } from './arrays/number-array.ts';

/** A data set of pictures of one size: whole numbers from 0 to `bins` − 1, image after image, row after row. */
export interface Images extends Dataset<Uint8Array> {
  /** Of each: 1 channel is grey, 3 are red, green and blue, side by side. */
  readonly eventShape: readonly [height: number, width: number, channels: number];
  /** How many bins a pixel can have, 2 to 256: `uniformDequantize({ bins })` takes this. */
  readonly bins: number;
}

/** What an array does not say of its images. */
export interface ImagesOptions {
  /** Default 256. */
  readonly bins?: number;
  /** The class of each image, from 0. */
  readonly labels?: ArrayLike<number>;
  readonly classes?: readonly string[];
}

function checkedLabels(labels: ArrayLike<number>, count: number, classes: readonly string[] | undefined): Int32Array {
  if (labels.length !== count) throw new DiffeoError('DATA', `${count} images were given ${labels.length} labels.`);
  const most = classes ? classes.length : 2 ** 31;
  const checked = Int32Array.from(labels);
  for (let i = 0; i < count; i++) {
    const label = labels[i] as number;
    if (checked[i] !== label || label < 0 || label >= most) {
      throw new DiffeoError('DATA', `Label ${i} (from 0) is ${label}; labels are whole numbers from 0 to ${most - 1}.`);
    }
  }
  return checked;
}

/**
 * Images from an array `[count, height, width]` or `[count, height, width, channels]` of whole numbers, as `parseIdx`,
 * `parseNpy` and `parseNpz` read it. Throws `DATA` when shape or labels do not fit, `BINS` with the image at the first
 * number that is not a bin.
 */
export function imagesFrom({ shape, data }: NumberArray, { bins = 256, labels, classes }: ImagesOptions = {}): Images {
  const [count, height = 0, width = 0, channels = 1] = shape;
  const size = height * width * channels;
  if (count === undefined || shape.length < 3 || shape.length > 4 || (channels !== 1 && channels !== 3) || size === 0) {
    throw new DiffeoError(
      'DATA',
      `Images take the shape [count, height, width] or [count, height, width, 1 or 3]; got [${shape.join(', ')}].`,
    );
  }
  if (data.length !== count * size) {
    throw new DiffeoError('DATA', `${data.length} numbers do not fill the shape [${shape.join(', ')}].`);
  }
  if (!(Number.isInteger(bins) && bins >= 2 && bins <= 256)) {
    throw new DiffeoError('DATA', `Images have 2 to 256 bins; got ${bins}.`);
  }
  const pixels = data instanceof Uint8Array ? data : new Uint8Array(data);
  for (let i = 0; i < data.length; i++) {
    if (pixels[i] !== data[i] || (data[i] as number) >= bins) {
      throw new DiffeoError(
        'BINS',
        `Image ${Math.floor(i / size)} (from 0) holds ${data[i]}; bins are whole numbers from 0 to ${bins - 1}.`,
      );
    }
  }
  return {
    count,
    eventShape: [height, width, channels],
    bins,
    values: pixels,
    ...(labels && { labels: checkedLabels(labels, count, classes) }),
    ...(classes && { classes }),
  };
}

/**
 * The labels as rows of zeros with a one at the class, event shape `[classes]`: the context of a class-conditional flow.
 * `classes` is the number of named classes, or one more than the largest label. Throws `DATA` when there are no labels,
 * or one is not below `classes`.
 */
export function labelRows({ labels, classes }: Images, count?: number): Dataset<Float32Array> {
  if (!labels) throw new DiffeoError('DATA', 'These images have no labels to make a context of.');
  const width = count ?? classes?.length ?? labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  const values = new Float32Array(labels.length * width);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (label >= width)
      throw new DiffeoError('DATA', `Label ${i} (from 0) is ${label}, and there are ${width} classes.`);
    values[i * width + label] = 1;
  }
  return { values, count: labels.length, eventShape: [width] };
}

/**
 * Images from rows of event shape `[height, width, channels]`, each number taken to the nearest bin: what a flow sampled
 * becomes pictures. Throws `DATA` for another event shape, `NOT_FINITE` for NaN or an infinite number.
 */
export function nearestImages({ values, count, eventShape }: Dataset, bins = 256): Images {
  const nearest = Float32Array.from(values, (value) => Math.min(Math.max(Math.round(value), 0), bins - 1));
  const wrong = nearest.findIndex((_, i) => !Number.isFinite(values[i]));
  if (wrong >= 0) {
    throw new DiffeoError(
      'NOT_FINITE',
      `A picture takes finite numbers, but number ${wrong} (from 0) is ${values[wrong]}.`,
    );
  }
  return imagesFrom({ shape: [count, ...eventShape], data: nearest }, { bins });
}
