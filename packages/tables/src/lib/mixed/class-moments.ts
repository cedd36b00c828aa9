import { lowerInverse } from '@diffeo/ops';
import { covarianceFactor } from '../mixture/covariance-factor.ts';
import type { RowCells } from './row-cells.ts';

/** The Gaussian of a class in the round before, by which missing scores are expected. */
interface GaussianBefore {
  /** `[size]` */
  readonly mean: Float64Array;
  /** `[size × size]` */
  readonly covariance: Float64Array;
  readonly size: number;
}

/** A row counts nothing in a class of which it has a smaller share. */
export const leastShare = 1e-8;

/** Sums over the rows of a pattern, of what they have: `second` is lower triangular. */
interface PatternSums {
  mass: number;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** The sums over all rows: `second` is lower triangular. */
interface Sums {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** An element of the symmetric matrix of which `second` is the lower triangle. */
const secondOf = ({ first, second }: PatternSums, a: number, b: number): number =>
  second[Math.max(a, b) * first.length + Math.min(a, b)] as number;

/** Adds the sums of rows in which nothing is missing, in the order of the pattern. */
function addWhole({ first, second }: Sums, own: PatternSums, present: readonly number[]): void {
  const size = present.length;
  for (const [a, i] of present.entries()) {
    first[i] = (first[i] as number) + (own.first[a] as number);
    for (let b = 0; b <= a; b++) {
      const j = present[b] as number;
      const at = Math.max(i, j) * size + Math.min(i, j);
      second[at] = (second[at] as number) + (own.second[a * size + b] as number);
    }
  }
}

/** Adds sums over what a pattern has, and `mass` times what is expected of the scores that it lacks. */
function addExpected(
  sums: Sums,
  own: PatternSums,
  present: readonly number[],
  { mean, covariance, size }: GaussianBefore,
): void {
  const seen = present.length;
  // Regression of all columns on those that are present: the identity for these.
  const block = new Float64Array(seen * seen);
  for (let i = 0; i < seen; i++) {
    for (let j = 0; j <= i; j++)
      block[i * seen + j] = covariance[(present[i] as number) * size + (present[j] as number)] as number;
  }
  const inverse = lowerInverse(covarianceFactor(block, seen), seen);
  /** `[size × seen]`: Σ·Σ⁻¹ by way of W, with W·Σ·Wᵀ = I. */
  const whitened = new Float64Array(size * seen);
  for (let i = 0; i < size; i++) {
    for (let a = 0; a < seen; a++) {
      let sum = 0;
      for (let b = 0; b <= a; b++)
        sum += (inverse[a * seen + b] as number) * (covariance[i * size + (present[b] as number)] as number);
      whitened[i * seen + a] = sum;
    }
  }
  const regression = new Float64Array(size * seen);
  const offset = mean.slice();
  for (let i = 0; i < size; i++) {
    for (let b = 0; b < seen; b++) {
      let sum = 0;
      for (let a = b; a < seen; a++) sum += (whitened[i * seen + a] as number) * (inverse[a * seen + b] as number);
      regression[i * seen + b] = sum;
      offset[i] = (offset[i] as number) - sum * (mean[present[b] as number] as number);
    }
  }
  const projected = new Float64Array(size);
  const half = new Float64Array(size * seen);
  for (let i = 0; i < size; i++) {
    for (let b = 0; b < seen; b++) {
      projected[i] = (projected[i] as number) + (regression[i * seen + b] as number) * (own.first[b] as number);
      let sum = 0;
      for (let a = 0; a < seen; a++) sum += (regression[i * seen + a] as number) * secondOf(own, a, b);
      half[i * seen + b] = sum;
    }
  }
  for (let i = 0; i < size; i++) {
    const [away, along] = [offset[i] as number, projected[i] as number];
    sums.first[i] = (sums.first[i] as number) + own.mass * away + along;
    for (let j = 0; j <= i; j++) {
      let rest = covariance[i * size + j] as number;
      let both = 0;
      for (let b = 0; b < seen; b++) {
        rest -= (whitened[i * seen + b] as number) * (whitened[j * seen + b] as number);
        both += (half[i * seen + b] as number) * (regression[j * seen + b] as number);
      }
      const [other, otherAlong] = [offset[j] as number, projected[j] as number];
      sums.second[i * size + j] =
        (sums.second[i * size + j] as number) +
        own.mass * (rest + away * other) +
        away * otherAlong +
        other * along +
        both;
    }
  }
}

/** Half the width of a cell in normal scores, held to 1: how far a rounded number is known. */
function spreadIn({ begins, ends, scores }: RowCells, at: number): number {
  if (Number.isNaN(begins[at] as number)) return 0;
  const score = scores[at] as number;
  const width = Math.min(1, (ends[at] as number) - score) + Math.min(1, score - (begins[at] as number));
  return (width * width) / 12;
}

/** The mean and covariance that rows of these shares expect, sums over `mass` rows. */
export function momentsOf(cells: RowCells, shares: Float64Array, before: GaussianBefore) {
  const { size } = before;
  const sums = { first: new Float64Array(size), second: new Float64Array(size * size) };
  const byPattern = cells.patterns.map(
    (present): PatternSums => ({
      mass: 0,
      first: new Float64Array(present.length),
      second: new Float64Array(present.length ** 2),
    }),
  );
  let mass = 0;
  for (let row = 0; row < cells.count; row++) {
    const share = shares[row] as number;
    if (share < leastShare) continue;
    mass += share;
    const pattern = cells.patternOf[row] as number;
    const present = cells.patterns[pattern] as readonly number[];
    const own = byPattern[pattern] as PatternSums;
    own.mass += share;
    for (let i = 0; i < present.length; i++) {
      const at = row * size + (present[i] as number);
      const weighted = share * (cells.scores[at] as number);
      own.first[i] = (own.first[i] as number) + weighted;
      for (let j = 0; j < i; j++) {
        const product = weighted * (cells.scores[row * size + (present[j] as number)] as number);
        own.second[i * present.length + j] = (own.second[i * present.length + j] as number) + product;
      }
      const at2 = i * present.length + i;
      own.second[at2] =
        (own.second[at2] as number) + weighted * (cells.scores[at] as number) + share * spreadIn(cells, at);
    }
  }
  for (const [pattern, own] of byPattern.entries()) {
    const present = cells.patterns[pattern] as readonly number[];
    if (present.length === size) addWhole(sums, own, present);
    else if (own.mass > 0) addExpected(sums, own, present, before);
  }
  return { mass, ...sums };
}
