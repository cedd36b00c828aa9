import type { GradientMode, Seed, Spec } from '@diffeo/core';
import type { Column, CsvOptions, Dataset, ToyDensity } from '@diffeo/datasets';
import type { ImageOptions } from '../images/image-data.ts';
import type { StoredModel } from '../model/read-model.ts';
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
  /** What was asked of the flow and its training: images too large for them are refused. */
  readonly batchSize?: number | undefined;
  readonly layers?: number | undefined;
  readonly hidden?: readonly number[] | undefined;
  readonly levels?: number | undefined;
  readonly gradient?: GradientMode | undefined;
  readonly signal: AbortSignal;
}

/** What rows to read for a model. */
export interface RowsOptions {
  readonly data: string;
  readonly seed: Seed;
  /** How many points of a toy. */
  readonly count: number | undefined;
  readonly csv: CsvOptions;
  /** Which of images: all of a file, and the published test part, unless it says so. */
  readonly images?: {
    readonly folder: string | undefined;
    readonly bits: number | undefined;
    readonly size?: readonly [height: number, width: number] | undefined;
    /** A part, as `train` split them for this model. */
    readonly part?: 'train' | 'validation' | 'held-out' | undefined;
  };
  /** Ends reading, of pictures and of what is downloaded. */
  readonly signal: AbortSignal;
}

/** What the argument DATA names. Nothing else of the command asks which kind it is. */
export interface DataSource {
  readonly name: string;
  /** Whether the name is one of ours, and no path. */
  readonly isOurs: boolean;
  /** Reads it, ready to train on. Throws `USAGE` for options that it cannot use, `DATA` for too few rows, and what its readers throw. */
  train(options: TrainingDataOptions): TrainingData | Promise<TrainingData>;
  /** Reads the rows that a model takes, or what there is of them: their shape is looked at by who asks. */
  rows(stored: StoredModel, options: RowsOptions): Dataset | Promise<Dataset>;
}
