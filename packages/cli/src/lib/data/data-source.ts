import type { Seed } from '@diffeo/core';
import type { CsvNote, CsvOptions } from '@diffeo/datasets';
import type { StoredModel } from '../model/read-model.ts';
import type { ModelRows } from '../tables/mixed-data.ts';
import type { TrainingData, TrainingDataOptions } from './training-data.ts';

/** What rows to read for a model. */
export interface RowsOptions {
  readonly data: string;
  readonly seed: Seed;
  /** How many points of a toy. */
  readonly count: number | undefined;
  readonly csv: CsvOptions;
  /** What to do with rows of a table that lack a value. Default: to refuse them. */
  readonly gaps?: 'drop';
  /** Which rows of a large table: those that `train` drew for this model. Default: all. */
  readonly like?: 'training';
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

/** Rows for a model. */
export interface SourceRows extends ModelRows {
  /** What was guessed of their file. */
  readonly notes?: readonly CsvNote[];
  /** Whether they were drawn anew from a density. */
  readonly isDrawn?: boolean;
}

/** What the argument DATA names. Nothing else of the command asks which kind it is. */
export interface DataSource {
  readonly name: string;
  /** Whether the name is one of ours, and no path. */
  readonly isOurs: boolean;
  /** The kind of flow that goes with it where none was asked for. */
  readonly flow: string;
  /** Reads it, ready to train on. Throws `USAGE` for options that it cannot use, `DATA` for too few rows, and what its readers throw. */
  train(options: TrainingDataOptions): TrainingData | Promise<TrainingData>;
  /** Reads the rows that a model takes, or what there is of them: their shape is looked at by who asks. */
  rows(stored: StoredModel, options: RowsOptions): SourceRows | Promise<SourceRows>;
}
