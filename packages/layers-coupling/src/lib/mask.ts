import { shuffled } from '@diffeo/core';
import {
  array,
  boolean,
  type InferOutput,
  integer,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  strictObject,
  union,
} from 'valibot';

/** Which dimensions a coupling keeps, and so conditions on. */
const maskSchema = union(
  [
    picklist(['halves', 'alternating', 'channels', 'checkerboard']),
    strictObject({ random: pipe(number(), integer()) }),
    strictObject({ keep: array(pipe(number(), integer(), minValue(0))) }),
  ],
  "expected 'halves', 'alternating', 'channels', 'checkerboard', { random: seed } or { keep: [dimensions] }",
);

/** What every coupling's configuration has. */
export const couplingEntries = {
  /**
   * The dimensions that stay and condition the others: the first half (`halves`), the even ones (`alternating`), a half
   * drawn at random that holds dimension 0 (`{ random: seed }`), or a list (`{ keep: [0, 3] }`). Where the event is no
   * vector, its numbers are counted row by row. Of images, `[height, width, channels]`, the first half of the channels
   * (`channels`), or every other pixel (`checkerboard`); their network sees images too. Default `halves`.
   */
  mask: optional(maskSchema, 'halves'),
  /** Exchanges the dimensions that stay and those that change. Default false. */
  swap: optional(boolean(), false),
};

type AnyMask = InferOutput<typeof maskSchema>;
/** The masks of images, under which the network sees images. */
export type ImageMask = 'channels' | 'checkerboard';
/** The masks of events taken as vectors. */
export type Mask = Exclude<AnyMask, ImageMask>;

export const isImageMask = (mask: AnyMask): mask is ImageMask => mask === 'channels' || mask === 'checkerboard';

/** The dimensions of a coupling, each list ascending. */
export interface Partition {
  readonly keep: readonly number[];
  readonly change: readonly number[];
}

/** The dimensions that a mask names, in any order. */
function chosen(mask: Mask, size: number, fail: (message: string) => never): readonly number[] {
  const dimensions = [...Array(size).keys()];
  const half = Math.ceil(size / 2);
  if (mask === 'halves') return dimensions.slice(0, half);
  if (mask === 'alternating') return dimensions.filter((d) => d % 2 === 0);
  if ('random' in mask) {
    // A split and its mirror image are one split. With dimension 0 always on the same side, couplings that take turns by
    // `swap` never keep the same half twice running, whatever the draws: two dimensions have one split only.
    const drawn = new Set(shuffled(size, mask.random).subarray(0, half));
    return dimensions.filter((d) => drawn.has(d) === drawn.has(0));
  }
  const { keep } = mask;
  if (new Set(keep).size !== keep.length || keep.some((d) => d >= size)) {
    fail(`the mask keeps [${keep.join(', ')}], which must be different dimensions from 0 to ${size - 1}`);
  }
  return keep;
}

/**
 * Splits the dimensions of an event of `size` numbers. An event of one number has nothing to condition on: unless the mask
 * is a list, all of it changes, by a constant or by the context.
 */
export function partition(mask: Mask, swap: boolean, size: number, fail: (message: string) => never): Partition {
  const listed = typeof mask === 'object' && 'keep' in mask;
  if (size === 1 && !listed) return { keep: [], change: [0] };
  const kept = new Set(chosen(mask, size, fail));
  const dimensions = [...Array(size).keys()];
  const keep = dimensions.filter((d) => kept.has(d) !== swap);
  const change = dimensions.filter((d) => kept.has(d) === swap);
  if (change.length === 0) fail('the mask keeps every dimension, so the layer would do nothing; leave one out');
  return { keep, change };
}
