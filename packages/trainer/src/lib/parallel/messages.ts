import type { GradientMode, Seed } from '@diffeo/core';
import type { AdamPart } from '@diffeo/ops';
import type { HostArray, HostDataset } from '../data/rows.ts';
import type { OptimiserSpec } from '../optimisers/optimiser.ts';
import type { OptimiserState } from '../optimisers/optimiser-state.ts';
import type { Step } from '../training/training-run.ts';

/** Samples that are drawn at once. */
export interface SampleBlock {
  readonly begin: number;
  readonly count: number;
  readonly seed: Seed;
}

/** What a worker is asked to do. `file` is a saved model, by which a flow and its parameters travel. */
export type Task =
  | { readonly type: 'open'; readonly modules: readonly string[] }
  | {
      readonly type: 'train';
      readonly file: Uint8Array;
      readonly data: HostDataset;
      readonly share: { readonly index: number; readonly count: number };
      readonly options: {
        readonly seed: Seed;
        readonly batchSize: number;
        readonly clipNorm?: number;
        readonly gradient?: GradientMode;
        /** Whether the worker is to change batches by its own `augment`. */
        readonly augment: boolean;
        /** The decay of the mean of the parameters that this worker is to keep. */
        readonly ema?: number;
        readonly frozen: readonly string[];
        readonly optimiser: OptimiserSpec;
        readonly state?: OptimiserState;
      };
      /** Where shards are added up: shared memory, or `null` for messages through the caller. */
      readonly allReduce: SharedArrayBuffer | null;
    }
  /** `shared`: whether the workers share the steps too. */
  | { readonly type: 'advance'; readonly rates: readonly number[]; readonly shared: boolean }
  | { readonly type: 'vector' }
  | { readonly type: 'state' }
  | { readonly type: 'memory' }
  | { readonly type: 'finish' }
  | {
      readonly type: 'score';
      readonly file: Uint8Array;
      readonly data: HostDataset;
      /** The first row of each batch that is this worker's. */
      readonly begins: readonly number[];
      readonly batchSize: number;
      readonly noise: Seed;
      readonly draws: number;
      readonly finite: boolean;
    }
  | {
      readonly type: 'sample';
      readonly file: Uint8Array;
      readonly blocks: readonly SampleBlock[];
      /** A row for each sample, or one for all. */
      readonly context?: HostArray;
      readonly temperature?: number | Readonly<Record<string, number>>;
    };

/** What each task is answered with. */
export interface Answers {
  readonly open: null;
  /** Whether this worker could share steps. */
  readonly train: { readonly shares: boolean };
  readonly advance: readonly Step[];
  /** What is trained, and its mean where the worker keeps one. */
  readonly vector: { readonly newest: Float32Array; readonly average: Float32Array | null };
  /** The optimiser's state, and which part of it is right where steps were shared. */
  readonly state: { readonly state: OptimiserState; readonly part: AdamPart | null };
  /** The most bytes that the training took of the worker's heap at once; `null` where there is none. */
  readonly memory: number | null;
  readonly finish: null;
  readonly score: readonly Float32Array[];
  readonly sample: readonly Float32Array[];
}

/** An error on its way between threads, where objects lose their class. */
interface Failure {
  readonly code: string | null;
  readonly message: string;
  /** The error's cause, where it is data that name a row. */
  readonly cause?: object;
}

/** From the caller to a worker. */
export type ToWorker =
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'joined'; readonly values: Float32Array };

/** From a worker to the caller. */
export type FromWorker =
  | { readonly kind: 'answer'; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'share'; readonly values: Float32Array };
