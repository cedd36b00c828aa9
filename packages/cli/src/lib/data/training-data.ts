import type { GradientMode, Seed, Spec } from '@diffeo/core';
import type { Column, CsvOptions, Dataset, ToyDensity } from '@diffeo/datasets';
import type { ImageOptions } from '../images/image-data.ts';
import type { StartedBase } from '../tables/table-flow.ts';
import type { TrainDefaults } from '../train/train-defaults.ts';

/** What stands on both sides of the layers that learn. */
interface Preprocessing {
  readonly dequantize?: Spec<'dequantizer'>;
  readonly layers: readonly Spec<'layer'>[];
  /** What stands before the Gaussian that the flow is compared with, where it is not `layers`. */
  readonly baseline?: readonly Spec<'layer'>[];
  /** The base, from the numbers that come out of `layers`. Absent: the standard normal. */
  readonly base?: (numbers: ArrayLike<number>, size: number) => StartedBase;
}

/** Data to train on, and how flows take them in. */
export interface TrainingData {
  /** What the numbers of a row are; none of images. */
  readonly columns?: readonly Column[] | undefined;
  /** How a CSV file was read, so that the model's others are read alike. */
  readonly csv?: CsvOptions['like'] | undefined;
  readonly train: Dataset;
  /** Decides when to stop and which parameters to keep. */
  readonly validation: Dataset;
  /** Never seen in training. */
  readonly heldOut: Dataset;
  readonly preprocessing: Preprocessing;
  /** All rows as they were read, in their order. Tables only. */
  readonly all?: Dataset;
  /** Where the density that the data come from is known. */
  readonly truth?: ToyDensity;
  /** Of a table with categories, few whole numbers, gaps or a context: rows hold `missingCell` where a value is missing, and all columns, those that are given among them. */
  readonly mixed?: {
    readonly context: readonly string[];
    /** What was chosen of its columns, and why. */
    readonly explanation: readonly string[];
  };
  readonly defaults: TrainDefaults;
}

/** What to read and how much of it. */
export interface TrainingDataOptions {
  readonly seed: Seed;
  readonly limit: number | undefined;
  readonly heldOut: number | undefined;
  readonly csv: CsvOptions;
  /** The kind of flow that was asked for; what goes with the data without it. */
  readonly flow: string | undefined;
  readonly images: Partial<ImageOptions>;
  /** Columns that the density is conditioned on, by name. */
  readonly context: readonly string[] | undefined;
  /** Whether one flow was described, which takes numbers alone. */
  readonly describesFlow: boolean;
  /** What was asked of the flow and its training: images too large for them are refused. */
  readonly batchSize?: number | undefined;
  readonly layers?: number | undefined;
  readonly hidden?: readonly number[] | undefined;
  readonly levels?: number | undefined;
  readonly gradient?: GradientMode | undefined;
  readonly signal: AbortSignal;
}
