import { DiffeoError } from '@diffeo/core';

/** How many rows lie in a model's region of highest density, beside how many should. */
export interface Coverage {
  /** The probability of the region under the model, 0 to 1. */
  readonly level: number;
  /** The share of the rows that lie in it. */
  readonly share: number;
  /** Where the share lies with a probability of 99 % if the model is right: exact, by the binomial distribution. */
  readonly expected: readonly [least: number, most: number];
  readonly isExpected: boolean;
}

/** How likely it is that the share lies within what is expected. */
const confidence = 0.99;

/** The least and the most hits of so many trials that are not in the outer (1 − confidence) / 2 on either side. */
function binomialRange(trials: number, probability: number): readonly [least: number, most: number] {
  if (probability <= 0) return [0, 0];
  if (probability >= 1) return [trials, trials];
  const tail = (1 - confidence) / 2;
  let log = trials * Math.log1p(-probability);
  let [below, least] = [0, -1];
  for (let hits = 0; hits <= trials; hits++) {
    below += Math.exp(log);
    if (least < 0 && below > tail) least = hits;
    if (below >= 1 - tail) return [least, hits];
    log += Math.log((trials - hits) / (hits + 1)) + Math.log(probability) - Math.log1p(-probability);
  }
  return [Math.max(least, 0), trials];
}

/**
 * Whether regions of highest density hold as many rows as they should. A region of probability `level` is where the log-density is
 * above the (1 − level) quantile of that of the model's own samples (Hyndman 1996, "Computing and graphing highest density regions").
 *
 * @param sampleScores log-densities of samples of the model, 1,000 at least for the outermost regions
 * @param rowScores log-densities of rows that it has not seen
 * @throws DiffeoError `DATA` for no samples or rows.
 *
 * @example
 * const [half] = coverage([-3, -2, -1, 0], [-2.5, -0.5], [0.5]);
 * console.log(half?.share); // 0.5
 */
export function coverage(
  sampleScores: ArrayLike<number>,
  rowScores: ArrayLike<number>,
  levels: readonly number[] = [0.5, 0.9, 0.99],
): readonly Coverage[] {
  const [drawn, rows] = [sampleScores.length, rowScores.length];
  if (drawn === 0 || rows === 0) {
    throw new DiffeoError('DATA', `coverage takes scores of samples and of rows; got ${drawn} and ${rows}.`);
  }
  const sorted = Float64Array.from(sampleScores).sort();
  return levels.map((level) => {
    const threshold = sorted[Math.min(drawn - 1, Math.floor((1 - level) * drawn))] as number;
    let hits = 0;
    for (let row = 0; row < rows; row++) if ((rowScores[row] as number) >= threshold) hits++;
    const [least, most] = binomialRange(rows, level);
    const expected = [least / rows, most / rows] as const;
    return { level, share: hits / rows, expected, isExpected: hits >= least && hits <= most };
  });
}
