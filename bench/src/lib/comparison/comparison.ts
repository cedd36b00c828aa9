import type { Spread } from '../averages.ts';
import type { Machine } from '../machine.ts';
import type { CompetitorSpec } from './competitor.ts';
import type { Problem } from './copies.ts';
import type { Target, TargetResult } from './targets.ts';
import type { Check, Mode } from './workload.ts';

/** One model on which competitors are measured. */
export interface ComparisonModel {
  readonly name: string;
  /** How many rows a step takes or makes. */
  rows(mode: Mode): number;
  /**
   * Floating-point operations of a step, as the products alone take them when nothing is skipped: what all competitors are
   * measured by, whatever they do.
   */
  operations(mode: Mode): number;
  /** Who is measured on it, ours first. Default: all of the comparison's competitorSpecs. */
  readonly competitorSpecs?: readonly CompetitorSpec[];
  /** Writes weights and data into a folder; what competitors are given. */
  write(folder: string): Problem | Promise<Problem>;
}

/** Who is measured on what. */
export interface Comparison {
  readonly benchmark: string;
  readonly models: readonly ComparisonModel[];
  /** Those that this machine has; everybody is compared with the first. */
  readonly competitorSpecs: readonly CompetitorSpec[];
  /** Competitors that this machine lacks. */
  readonly leftOut: readonly string[];
  readonly targets: readonly Target[];
}

export interface ComparisonOptions {
  readonly rounds: number;
  /** At least so many, unless they take more than two seconds; more where they take less than one. */
  readonly stepsPerRound: number;
  /** How long each competitor runs in each mode before it is measured: engines compile while they run. */
  readonly warmUpSeconds: number;
  /** Which of the models, counted from 1. Default: all. */
  readonly models?: readonly number[];
  /** One small model and the shortest turns, without PyTorch: shows that everything runs, and measures nothing. */
  readonly smoke: boolean;
  /** Competitors to leave out, by the beginnings of their names. */
  readonly without?: readonly string[];
}

/** One competitor at one mode of one model. */
export interface ComparisonRow {
  readonly model: string;
  readonly mode: Mode;
  readonly competitor: string;
  /** Of the rounds' paces, each of which is the mean of a turn. */
  readonly millisecondsPerStep: Spread;
  readonly samplesPerSecond: number;
  /** 10⁹ operations of the model's products a second, whether or not the competitor did all of them. */
  readonly gigaflops: number;
  /** That as a part of what one core's WASM SIMD reached in the same rounds. */
  readonly shareOfPeak: number;
  /** The most bytes that the competitor's process held, up to and with this mode. */
  readonly peakBytes: number;
  /** How many times as long as ours it took: the median over the rounds, in each of which both ran one after the other. */
  readonly timesOurs: number;
}

export interface ComparisonResult extends ComparisonOptions {
  readonly benchmark: string;
  readonly machine: Machine;
  /** Competitors that this machine lacks. */
  readonly leftOut: readonly string[];
  /** The numbers that show the models to be the same, of each model and competitor. */
  readonly checks: readonly (Check & { readonly model: string; readonly competitor: string })[];
  readonly rows: readonly ComparisonRow[];
  readonly targets: readonly TargetResult[];
}
