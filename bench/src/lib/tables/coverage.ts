import type { Density } from '@diffeo/core';
import { sample, score } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';

/** How many of the test rows lie in the region of highest density that holds a share of the model's samples. */
export interface Coverage {
  readonly level: number;
  readonly covered: number;
  /** Where `covered` would lie 99 times of 100, were the model the truth, widened by 2 points. */
  readonly interval: readonly [low: number, high: number];
  readonly held: boolean;
}

const levels = [0.5, 0.9, 0.99];
const samples = 20_000;
const confidence = 0.99;
const widened = 0.02;

/** Shares of n, outside of which lies 1 % of a binomial distribution at most, half of it on each side. */
export function binomialInterval(n: number, p: number): readonly [low: number, high: number] {
  const each = new Float64Array(n + 1);
  each[0] = n * Math.log1p(-p);
  for (let k = 1; k <= n; k++) each[k] = (each[k - 1] as number) + Math.log(((n - k + 1) * p) / (k * (1 - p)));
  const tail = (1 - confidence) / 2;
  let [low, high, below, above] = [0, n, 0, 0];
  while (low < n && below + Math.exp(each[low] as number) <= tail) below += Math.exp(each[low++] as number);
  while (high > 0 && above + Math.exp(each[high] as number) <= tail) above += Math.exp(each[high--] as number);
  return [low / n, high / n];
}

/** The coverage of test rows, of which the model gives the scores: thresholds come from 20,000 of the model's samples. */
export async function coverageOf<P>(
  model: Density<P>,
  params: P,
  testScores: ArrayLike<number>,
  seed: number,
): Promise<readonly Coverage[]> {
  const drawn = await sample(model, params, { count: samples, seed });
  const x = tensor2d(drawn, [samples, drawn.length / samples]);
  const sorted = (await score(model, params, x)).sort();
  x.dispose();
  const count = testScores.length;
  return levels.map((level) => {
    const threshold = sorted[Math.floor((1 - level) * samples)] as number;
    const covered = Array.from(testScores).filter((own) => own >= threshold).length / count;
    const [low, high] = binomialInterval(count, level);
    const interval = [low - widened, high + widened] as const;
    return { level, covered, interval, held: covered >= interval[0] && covered <= interval[1] };
  });
}
