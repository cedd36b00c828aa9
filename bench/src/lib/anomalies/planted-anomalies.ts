import { randomSource, type Seed } from '@diffeo/core';
import type { AnomalySet } from './anomaly-set.ts';

const size = 8;

/**
 * Rows such as tables of people have: eight columns that depend on each other, in two groups, of which one has heavy tails, one is log-normal, one
 * counts, one is a share and one bends. Anomalies are numbers of ordinary rows, each column from another row: only what goes with what is wrong.
 */
export function plantedAnomalies(
  seed: Seed,
  {
    trained = 12_000,
    ordinary = 3000,
    planted = 60,
  }: { readonly [part in 'trained' | 'ordinary' | 'planted']?: number } = {},
): AnomalySet {
  const source = randomSource(seed);
  const n = (): number => source.normal();
  const chiSquared = (degrees: number): number => Array.from({ length: degrees }, n).reduce((sum, x) => sum + x * x, 0);
  const row = (): readonly number[] => {
    const group = source.uniform() < 0.35 ? 1 : 0;
    const [f, g] = [n(), n()];
    const height = 164 + 14 * group + 6 * f + 2 * n();
    return [
      height,
      0.9 * (height - 100) + 8 * g + 3 * n(),
      Math.exp(10.2 + 0.3 * group + 0.4 * g + 0.35 * n()),
      0.5 * f + n() / Math.sqrt(chiSquared(5) / 10 + 0.02),
      1 / (1 + Math.exp(0.8 * group - 1.2 * g - 0.7 * n())),
      Math.floor(Math.exp(0.5 + 0.5 * f + 0.4 * n()) + source.uniform()),
      Math.sin(2 * f) + 0.15 * n(),
      36.6 + 1.4 * group + 0.3 * g + 0.2 * n(),
    ];
  };
  const rowsOf = (count: number): readonly (readonly number[])[] => Array.from({ length: count }, row);
  const [train, test] = [rowsOf(trained), rowsOf(ordinary)];
  const odd = Array.from({ length: planted }, () =>
    Array.from({ length: size }, (_, j) => test[source.integer(ordinary)]?.[j] as number),
  );
  return {
    name: 'planted',
    train: { values: Float32Array.from(train.flat()), count: trained, size },
    test: { values: Float32Array.from([...test, ...odd].flat()), count: ordinary + planted, size },
    odd: [...test.map(() => false), ...odd.map(() => true)],
  };
}
