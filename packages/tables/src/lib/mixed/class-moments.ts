import { choleskyOf, lowerInverseOf } from '../mixture/cholesky.ts';
import type { RowCells } from './row-cells.ts';

/** The Gaussian of a class in the round before, by which missing scores are expected. */
interface GaussianBefore {
  /** `[size]` */
  readonly mean: Float64Array;
  /** `[size × size]` */
  readonly covariance: Float64Array;
  readonly size: number;
}

/** Adds `mass` times what is expected of the scores that a pattern lacks to sums over those that it has. */
function addExpected(
  sums: { readonly first: Float64Array; readonly second: Float64Array },
  own: { readonly mass: number; readonly first: Float64Array; readonly second: Float64Array },
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
  const inverse = lowerInverseOf(choleskyOf(block, seen), seen);
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
      for (let a = 0; a < seen; a++) sum += (regression[i * seen + a] as number) * (own.second[a * seen + b] as number);
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
  const byPattern = cells.patterns.map((present) => ({
    mass: 0,
    first: new Float64Array(present.length),
    second: new Float64Array(present.length ** 2),
  }));
  let mass = 0;
  for (let row = 0; row < cells.count; row++) {
    const share = shares[row] as number;
    if (share < 1e-8) continue;
    mass += share;
    const pattern = cells.patternOf[row] as number;
    const present = cells.patterns[pattern] as readonly number[];
    const own = byPattern[pattern] as (typeof byPattern)[number];
    own.mass += share;
    for (let i = 0; i < present.length; i++) {
      const at = row * size + (present[i] as number);
      const weighted = share * (cells.scores[at] as number);
      own.first[i] = (own.first[i] as number) + weighted;
      for (let j = 0; j < i; j++) {
        const product = weighted * (cells.scores[row * size + (present[j] as number)] as number);
        own.second[i * present.length + j] = (own.second[i * present.length + j] as number) + product;
        own.second[j * present.length + i] = (own.second[j * present.length + i] as number) + product;
      }
      const at2 = i * present.length + i;
      own.second[at2] =
        (own.second[at2] as number) + weighted * (cells.scores[at] as number) + share * spreadIn(cells, at);
    }
  }
  for (const [pattern, own] of byPattern.entries()) {
    if (own.mass > 0) addExpected(sums, own, cells.patterns[pattern] as readonly number[], before);
  }
  return { mass, ...sums };
}
