import type { Spread } from '../averages.ts';
import type { Machine } from '../machine.ts';
import type { Entrant } from './contestant.ts';
import type { Exercise } from './copies.ts';
import type { Target, TargetResult } from './targets.ts';
import type { Check, Mode } from './workload.ts';

/** One model on which contestants are measured. */
export interface ContestModel {
  readonly name: string;
  /** How many rows a step takes or makes. */
  rows(mode: Mode): number;
  /**
   * Floating-point operations of a step, as the products alone take them when nothing is skipped: what all contestants are
   * measured by, whatever they do.
   */
  operations(mode: Mode): number;
  /** Writes weights and data into a folder; what contestants are given. */
  write(folder: string): Exercise | Promise<Exercise>;
}

/** Who is measured on what. */
export interface Contest {
  readonly benchmark: string;
  readonly models: readonly ContestModel[];
  /** Those that this machine has; everybody is compared with the first. */
  readonly entrants: readonly Entrant[];
  /** Contestants that this machine lacks. */
  readonly leftOut: readonly string[];
  readonly targets: readonly Target[];
}

export interface ContestOptions {
  readonly rounds: number;
  /** At least so many, unless they take more than two seconds; more where they take less than one. */
  readonly stepsPerRound: number;
  /** How long each contestant runs in each mode before it is measured: engines compile while they run. */
  readonly warmUpSeconds: number;
  /** Which of the models, counted from 1. Default: all. */
  readonly models?: readonly number[];
  /** Contestants to leave out, by the beginnings of their names. */
  readonly without?: readonly string[];
}

/** One contestant at one mode of one model. */
export interface ContestRow {
  readonly model: string;
  readonly mode: Mode;
  readonly contestant: string;
  /** Of the rounds' paces, each of which is the mean of a turn. */
  readonly millisecondsPerStep: Spread;
  readonly samplesPerSecond: number;
  /** 10⁹ operations of the model's products a second, whether or not the contestant did all of them. */
  readonly gigaflops: number;
  /** That as a part of what one core's WASM SIMD reached in the same rounds. */
  readonly shareOfPeak: number;
  /** The most bytes that the contestant's process held, up to and with this mode. */
  readonly peakBytes: number;
  /** How many times as long as ours it took: the median over the rounds, in each of which both ran one after the other. */
  readonly timesOurs: number;
}

export interface ContestResult extends ContestOptions {
  readonly benchmark: string;
  readonly machine: Machine;
  /** Contestants that this machine lacks. */
  readonly leftOut: readonly string[];
  /** The numbers that show the models to be the same, of each model and contestant. */
  readonly checks: readonly (Check & { readonly model: string; readonly contestant: string })[];
  readonly rows: readonly ContestRow[];
  readonly targets: readonly TargetResult[];
}
