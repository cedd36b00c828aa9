import { modelSizes, nameOf } from './model-size.ts';
import type { Mode } from './workload.ts';

/** What is wanted: that a peer takes at least so many times as long as we do. */
interface Target {
  /** Which of the models, counted from 0. */
  readonly model: number;
  readonly mode: Mode;
  /** Which of ours. */
  readonly contestant: string;
  /** The peer's name, or several of whom the fastest counts. */
  readonly against: readonly string[];
  readonly least: number;
}

const [one, two] = ['diffeo', 'diffeo, 2 workers'] as const;
const torch = ['PyTorch', 'PyTorch, 2 threads'] as const;
const training = (model: number, contestant: string, against: readonly string[], least: number): Target => ({
  ...{ model, contestant, against, least },
  mode: 'training',
});

const targets: readonly Target[] = [
  ...[15, 15, 15, 15].map((least, i) => training(i, one, ['stock tfjs'], least)),
  ...[2, 1.1, 1.1, 0.8].map((least, i) => training(i, one, ['PyTorch'], least)),
  ...[2, 1.8, 1.8, 1.4].map((least, i) => training(i, two, torch, least)),
  ...[1, 1, 1, 1].map((least, i) => training(i, one, ['jax-js'], least)),
  ...[2, 3].map((i) => training(i, two, [one], 1.8)),
  { model: 0, mode: 'sample', contestant: one, against: ['PyTorch'], least: 3 },
];

/** A target beside what was measured. */
export interface TargetResult {
  readonly model: string;
  readonly mode: Mode;
  readonly contestant: string;
  readonly against: string;
  readonly least: number;
  readonly reached: number;
}

/** What `resultsOf` needs of a measurement. */
interface Measured {
  readonly model: string;
  readonly mode: Mode;
  readonly contestant: string;
  readonly millisecondsPerStep: { readonly median: number };
}

/** Every target of which both sides were measured, as the ratio of their medians. */
export const resultsOf = (rows: readonly Measured[]): readonly TargetResult[] =>
  targets.flatMap(({ model: index, mode, contestant, against, least }) => {
    const model = nameOf(modelSizes[index] as (typeof modelSizes)[number]);
    const of = (names: readonly string[]): Measured | undefined =>
      rows
        .filter((row) => row.model === model && row.mode === mode && names.includes(row.contestant))
        .toSorted((a, b) => a.millisecondsPerStep.median - b.millisecondsPerStep.median)[0];
    const [own, other] = [of([contestant]), of(against)];
    if (!own || !other) return [];
    const reached = other.millisecondsPerStep.median / own.millisecondsPerStep.median;
    return [{ model, mode, contestant, against: other.contestant, least, reached }];
  });
