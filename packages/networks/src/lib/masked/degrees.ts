import { degreeMask } from '@diffeo/ops';

/**
 * Degrees of MADE (Germain et al. 2015, eq. 13): the place up to which a unit has seen the sequence, −1 for what has seen the
 * context alone. A unit sees the units of the layer below whose degree is not above its own; output `j` sees the units below
 * `j`'s place.
 */
export type Degrees = Int32Array;

/** Of the inputs, all of them so many times, and, behind them, the context: −1, so that it reaches every output. */
export function inputDegrees(places: Int32Array, contextSize: number, copies: number): Degrees {
  const degrees = new Int32Array(copies * places.length + contextSize).fill(-1);
  for (let copy = 0; copy < copies; copy++) degrees.set(places, copy * places.length);
  return degrees;
}

/**
 * Of a hidden layer: all degrees that matter, in order, each for as many units as the others. The last place is left out, for
 * no output may see it; −1 is there where a context is, or where there is nothing else.
 */
export function hiddenDegrees(width: number, size: number, hasContext: boolean): Degrees {
  const least = hasContext || size < 2 ? -1 : 0;
  const classes = Math.max(1, size - 1 - least);
  return Int32Array.from({ length: width }, (_, unit) => least + Math.floor((unit * classes) / width));
}

/**
 * Degrees as a configuration lists them, one for each of `width` units: −1 for a unit that sees the context alone, or nothing.
 *
 * @returns what is wrong with them, or `null`
 */
export function wrongDegrees(list: readonly number[], width: number, size: number): string | null {
  if (list.length !== width) return `a layer of ${width} units has ${list.length} degrees`;
  const beyond = list.find((degree) => degree >= size);
  return beyond === undefined ? null : `a unit has the degree ${beyond}, and there are ${size} inputs, from 0`;
}

/** Of the outputs, which come in groups of one for each input: each sees the places before its own. */
export function outputDegrees(places: Int32Array, groups: number): Degrees {
  const all = new Int32Array(groups * places.length);
  const before = beforeEach(places);
  for (let group = 0; group < groups; group++) all.set(before, group * places.length);
  return all;
}

/** The last degrees that outputs at these places see. */
const beforeEach = (places: Int32Array): Degrees => places.map((place) => place - 1);

/** 1 where a unit of `to` sees one of `from`, row-major `[from, to]`. */
export const hiddenMask = (from: Degrees, to: Degrees): Float32Array => degreeMask({ inputs: from, outputs: to });

/** 1 where an output at one of the places `to` sees a unit, row-major `[from, to]`. */
export const earlierMask = (from: Degrees, to: Int32Array): Float32Array => hiddenMask(from, beforeEach(to));
