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
export const maskSchema = union(
  [
    picklist(['halves', 'alternating']),
    strictObject({ random: pipe(number(), integer()) }),
    strictObject({ keep: array(pipe(number(), integer(), minValue(0))) }),
  ],
  "expected 'halves', 'alternating', { random: seed } or { keep: [dimensions] }",
);

/** What every coupling's configuration has. */
export const couplingEntries = {
  /**
   * The dimensions that stay and condition the others: the first half (`halves`), the even ones (`alternating`), half of
   * them at random (`{ random: seed }`), or a list (`{ keep: [0, 3] }`). Default `halves`.
   */
  mask: optional(maskSchema, 'halves'),
  /** Exchanges the dimensions that stay and those that change. Default false. */
  swap: optional(boolean(), false),
};

export type Mask = InferOutput<typeof maskSchema>;

/** The dimensions of a coupling, each list ascending. */
export interface Partition {
  readonly keep: readonly number[];
  readonly change: readonly number[];
}

const ascending = (a: number, b: number): number => a - b;

function chosen(mask: Mask, size: number, fail: (message: string) => never): readonly number[] {
  const dimensions = [...Array(size).keys()];
  const half = Math.ceil(size / 2);
  if (mask === 'halves') return dimensions.slice(0, half);
  if (mask === 'alternating') return dimensions.filter((d) => d % 2 === 0);
  if ('random' in mask) return [...shuffled(size, mask.random)].slice(0, half).sort(ascending);
  const { keep } = mask;
  if (new Set(keep).size !== keep.length || keep.some((d) => d >= size)) {
    fail(`the mask keeps [${keep.join(', ')}], which must be different dimensions from 0 to ${size - 1}`);
  }
  return [...keep].sort(ascending);
}

/**
 * Splits the dimensions of a vector of `size` numbers. A vector of one dimension has nothing to condition on: all of it
 * changes, by a constant or by the context.
 */
export function partition(mask: Mask, swap: boolean, size: number, fail: (message: string) => never): Partition {
  if (size === 1) return { keep: [], change: [0] };
  const kept = new Set(chosen(mask, size, fail));
  const dimensions = [...Array(size).keys()];
  const keep = dimensions.filter((d) => kept.has(d) !== swap);
  const change = dimensions.filter((d) => kept.has(d) === swap);
  if (change.length === 0) fail('the mask keeps every dimension, so the layer would do nothing');
  return { keep, change };
}
