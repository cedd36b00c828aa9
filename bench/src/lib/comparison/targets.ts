import type { Mode } from './workload.ts';

/** What is wanted: that a peer takes at least so many times as long as we do. */
export interface Target {
  /** Which of the models, counted from 0. */
  readonly model: number;
  readonly mode: Mode;
  /** Which of ours. */
  readonly competitor: string;
  /** The peer's name, or several of whom the fastest counts. */
  readonly against: readonly string[];
  readonly least: number;
}

/** A target beside what was measured. */
export interface TargetResult {
  readonly model: string;
  readonly mode: Mode;
  readonly competitor: string;
  readonly against: string;
  readonly least: number;
  readonly reached: number;
}

/** What `resultsOf` needs of a measurement. */
interface Measured {
  readonly model: string;
  readonly mode: Mode;
  readonly competitor: string;
  readonly millisecondsPerStep: { readonly median: number };
}

/** Every target of which both sides were measured, as the ratio of their medians. `models`: the names, in order. */
export const resultsOf = (
  targets: readonly Target[],
  models: readonly string[],
  rows: readonly Measured[],
): readonly TargetResult[] =>
  targets.flatMap(({ model: index, mode, competitor, against, least }) => {
    const model = models[index] as string;
    const of = (names: readonly string[]): Measured | undefined =>
      rows
        .filter((row) => row.model === model && row.mode === mode && names.includes(row.competitor))
        .toSorted((a, b) => a.millisecondsPerStep.median - b.millisecondsPerStep.median)[0];
    const [own, other] = [of([competitor]), of(against)];
    if (!own || !other) return [];
    const reached = other.millisecondsPerStep.median / own.millisecondsPerStep.median;
    return [{ model, mode, competitor, against: other.competitor, least, reached }];
  });
