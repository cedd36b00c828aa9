// What rational-quadratic splines save, and how lanes are filled. A group is four numbers. Its parameters are taken from `raw`, so
// many bytes apart; what is saved of it are vectors of four: the softmax of widths, that of heights, then what is named here.

/** Places after the two softmaxes, in bytes: the place in the bin, its width and height, its lower knot on both sides, … */
export const placeAt: usize = 0;
export const widthAt: usize = 16;
export const heightAt: usize = 32;
export const xAt: usize = 48;
export const yAt: usize = 64;
/** … the slopes at its knots, their slopes by the raw ones, and which bin it is; −1 outside of the interval. */
export const slopesAt: usize = 80;
export const sigmoidsAt: usize = 112;
export const binAt: usize = 144;

/** How many bytes are saved of a group. */
export function groupBytes(bins: usize): usize {
  return 32 * bins + 160;
}

/** How many parameters a number has: widths, heights and slopes at knots, those at the ends too unless they are fixed. */
export function parametersOf(bins: usize, fixedEnds: bool): usize {
  return fixedEnds ? 3 * bins - 1 : 3 * bins + 1;
}

/** How many groups there are: four columns of a row, and of the columns that are left four rows. */
function groupsOf(rows: usize, count: usize): usize {
  return rows * (count >> 2) + ((rows + 3) >> 2) * (count & 3);
}

/** How many bytes are saved of `count` columns. */
export function splineSavedBytes(rows: usize, count: usize, bins: usize): usize {
  return groupsOf(rows, count) * groupBytes(bins);
}

/** How many bytes of scratch they take: a group's log-slopes, and its parameters where they are four rows'. */
export function splineScratch(bins: usize, fixedEnds: bool): usize {
  return 16 + 16 * parametersOf(bins, fixedEnds);
}

/** The numbers at four places. */
export function gather(a: usize, b: usize, c: usize, d: usize): v128 {
  return v128.load32_lane(d, v128.load32_lane(c, v128.load32_lane(b, v128.load32_zero(a), 1), 2), 3);
}

/** Stores the first so many lanes. */
export function scatter(v: v128, given: usize, a: usize, b: usize, c: usize, d: usize): void {
  v128.store32_lane(a, v, 0);
  if (given > 1) v128.store32_lane(b, v, 1);
  if (given > 2) v128.store32_lane(c, v, 2);
  if (given > 3) v128.store32_lane(d, v, 3);
}
