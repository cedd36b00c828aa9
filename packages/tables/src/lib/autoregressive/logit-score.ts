import { logNormalDensity, normalAbove, normalQuantileAbove } from '@diffeo/ops';

/** Farther out than this the share above is taken by its leading term: float64 has none. */
const farthest = 30;

/** log of the share of the standard normal above z ≥ 0. */
const logAbove = (z: number): number => (z > farthest ? logNormalDensity(z) - Math.log(z) : Math.log(normalAbove(z)));

/**
 * The logit of the share of the standard normal below a score, and its log-slope: a standard normal as a standard logistic. Components of a mixture there have tails no heavier than the column's
 * own, as long as their scale is below 1.
 */
export function logitScore(z: number): { readonly value: number; readonly logSlope: number } {
  if (!Number.isFinite(z)) return { value: z, logSlope: -Infinity };
  const log = logAbove(Math.abs(z));
  const logRest = Math.log1p(-Math.exp(log));
  return { value: Math.sign(z) * (logRest - log), logSlope: logNormalDensity(z) - log - logRest };
}

/** The score of a logit: the inverse of {@link logitScore}. */
export function scoreOfLogit(logit: number): number {
  const far = Math.abs(logit);
  // log of the share beyond.
  const log = -far - Math.log1p(Math.exp(-far));
  if (log > -400) return Math.sign(logit) * normalQuantileAbove(Math.exp(log));
  // z² = −2·log of the share − 2·log(z√2π), by a few rounds.
  let score = Math.sqrt(-2 * log);
  for (let round = 0; round < 4; round++) score = Math.sqrt(-2 * (log - logNormalDensity(0) + Math.log(score)));
  return Math.sign(logit) * score;
}
