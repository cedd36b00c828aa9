import type { Density } from '@diffeo/core';
import { type Coverage, coverage } from '@diffeo/tables';
import { sample, score } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';

/** How many of the test rows lie in a region of highest density. */
export interface TestCoverage extends Pick<Coverage, 'level'> {
  readonly covered: number;
  /** Where `covered` would lie 99 times of 100, were the model the truth, widened by 2 points. */
  readonly interval: readonly [low: number, high: number];
  readonly held: boolean;
}

const samples = 20_000;
const widened = 0.02;

/** The coverage of test rows, of which the model gives the scores: thresholds come from 20,000 of the model's samples. */
export async function coverageOf<P>(
  model: Density<P>,
  params: P,
  testScores: ArrayLike<number>,
  seed: number,
): Promise<readonly TestCoverage[]> {
  const drawn = await sample(model, params, { count: samples, seed });
  const x = tensor2d(drawn, [samples, drawn.length / samples]);
  const scores = await score(model, params, x);
  x.dispose();
  return coverage(scores, testScores).map(({ level, share, expected: [low, high] }) => {
    const interval = [low - widened, high + widened] as const;
    return { level, covered: share, interval, held: share >= interval[0] && share <= interval[1] };
  });
}
