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
  safeInteger,
  strictObject,
  union,
} from 'valibot';
import { once } from './once.ts';

/** Which dimensions stay as they are, and so condition the others. */
const maskSchema = union(
  [
    picklist(['halves', 'alternating', 'channels', 'checkerboard']),
    strictObject({ random: pipe(number(), safeInteger()) }),
    strictObject({ identityColumns: array(pipe(number(), integer(), minValue(0))) }),
  ],
  "expected 'halves', 'alternating', 'channels', 'checkerboard', { random: seed } or { identityColumns: [dimensions] }",
);

/** What every coupling's configuration has. */
export const couplingEntries = {
  /**
   * The dimensions that stay and condition the others: the first half (`halves`), the even ones (`alternating`), a half
   * drawn at random that holds dimension 0 (`{ random: seed }`), or a list (`{ identityColumns: [0, 3] }`). Where the event is no
   * vector, its numbers are counted row by row. Of images, `[height, width, channels]`, the first half of the channels
   * (`channels`), or every other pixel (`checkerboard`); their network sees images too. Default `halves`.
   */
  mask: optional(maskSchema, 'halves'),
  /** Exchanges the dimensions that stay and those that are transformed. Default false. */
  swap: optional(boolean(), false),
};

type AnyMask = InferOutput<typeof maskSchema>;
/** The masks of images, under which the network sees images. */
export type ImageMask = 'channels' | 'checkerboard';
/** The masks of events taken as vectors. */
export type Mask = Exclude<AnyMask, ImageMask>;

/** The dimensions of a coupling, each list ascending. */
export interface Columns {
  readonly identityColumns: readonly number[];
  readonly transformedColumns: readonly number[];
}

/** How many dimensions stay and how many are transformed, and which: lists are made when they are first needed. */
export interface Partition {
  readonly identityCount: number;
  readonly transformedCount: number;
  columns(): Columns;
}

/** The dimensions that a mask names, in any order. */
function chosen(mask: Mask, size: number): readonly number[] {
  if (typeof mask === 'object' && 'identityColumns' in mask) return mask.identityColumns;
  const half = Math.ceil(size / 2);
  if (mask === 'halves') return Array.from({ length: half }, (_, i) => i);
  if (mask === 'alternating') return Array.from({ length: half }, (_, i) => 2 * i);
  // A split and its mirror image are one split. With dimension 0 always on the same side, couplings that take turns by
  // `swap` never keep the same half twice running, whatever the draws: two dimensions have one split only.
  const order = shuffled(size, mask.random);
  const first = order.subarray(0, half);
  return [...(first.includes(0) ? first : order.subarray(size - half))];
}

const longestList = 20;

/** How many dimensions a mask names; refuses a list that cannot be. */
function countOf(mask: Mask, size: number, fail: (message: string) => never): number {
  if (typeof mask === 'string' || 'random' in mask) return Math.ceil(size / 2);
  const { identityColumns } = mask;
  const named = new Set(identityColumns);
  if (named.size !== identityColumns.length || identityColumns.some((d) => d >= size)) {
    const shown =
      identityColumns.slice(0, longestList).join(', ') + (identityColumns.length > longestList ? ', …' : '');
    fail(`the mask keeps [${shown}], which must be different dimensions from 0 to ${size - 1}`);
  }
  return named.size;
}

/**
 * Splits the dimensions of an event of `size` numbers. An event of one number has nothing to condition on: unless the mask
 * is a list, all of it is transformed, by a constant or by the context.
 */
export function partition(mask: Mask, swap: boolean, size: number, fail: (message: string) => never): Partition {
  const listed = typeof mask === 'object' && 'identityColumns' in mask;
  if (size === 1 && !listed) {
    return {
      identityCount: 0,
      transformedCount: 1,
      columns: () => ({ identityColumns: [], transformedColumns: [0] }),
    };
  }
  const count = countOf(mask, size, fail);
  const [identityCount, transformedCount] = swap ? [size - count, count] : [count, size - count];
  if (transformedCount === 0) fail('the mask keeps every dimension, so the layer would do nothing; leave one out');
  const columns = once((): Columns => {
    const named = new Set(chosen(mask, size));
    const side = (stays: boolean) => Array.from({ length: size }, (_, d) => d).filter((d) => named.has(d) === stays);
    return { identityColumns: side(!swap), transformedColumns: side(swap) };
  });
  return { identityCount, transformedCount, columns };
}
