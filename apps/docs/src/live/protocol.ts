/** What a page and the worker of one running flow say to each other. Everything here travels by `postMessage`. */

/** What to learn. */
export type DataSource =
  /** A density of `@diffeo/datasets`, by name. */
  | { readonly kind: 'toy'; readonly name: string }
  /** Points x₀, y₀, x₁, y₁, … that were drawn, each the middle of a small Gaussian. */
  | { readonly kind: 'drawn'; readonly points: readonly number[] }
  /** Rows of two columns, x₀, y₀, x₁, y₁, … */
  | { readonly kind: 'table'; readonly values: readonly number[]; readonly columns: readonly [string, string] };

/** What to train, and how. */
export interface Setup {
  readonly data: DataSource;
  readonly seed: number;
  readonly couplings: number;
  readonly hidden: readonly number[];
  readonly batchSize: number;
  readonly learningRate: number;
  readonly steps: number;
  /** The build of the kernels to use. Default: the fastest that the browser runs. */
  readonly build?: 'simd' | 'relaxed-simd';
}

/** What a frame is to hold. */
export interface View {
  /** Boxes along each side of the density's grid. */
  readonly cells: number;
  /** How many samples to draw. */
  readonly samples: number;
  /** Whether to follow points and a grid from the base through every layer. */
  readonly way: boolean;
}

export type Command =
  /** Begins anew, whatever was under way. */
  | { readonly type: 'start'; readonly setup: Setup; readonly view: View; readonly paused: boolean }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Takes so many steps, and is paused then. */
  | { readonly type: 'step'; readonly count: number }
  /** The page has drawn the last frame and would like another, of this view. */
  | { readonly type: 'frame'; readonly view: View };

/** A square of the plane. */
export interface Square {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

/** Where points and the corners of a grid are after each layer, from the data (first) back to the base (last). */
export interface Way {
  readonly points: readonly Float32Array[];
  /** `(gridLines · 2)` lines, each of `pointsPerLine` points. */
  readonly grid: readonly Float32Array[];
  readonly pointsPerLine: number;
}

/** The flow as it is now. */
export interface Frame {
  readonly type: 'frame';
  readonly step: number;
  readonly steps: number;
  /** Mean loss of the steps since the frame before, nats; `null` where there were none. */
  readonly loss: number | null;
  /** The newest loss on data that are not trained on, nats. */
  readonly validation: number | null;
  /** How far the flow is from the density that the data come from, nats; `null` where that is not known. */
  readonly divergence: number | null;
  /** Steps a second while it trained, lately. */
  readonly stepsPerSecond: number;
  /** `cells × cells` densities, row after row, the lowest first. */
  readonly density: Float32Array;
  readonly cells: number;
  readonly samples: Float32Array;
  readonly way: Way | null;
  readonly isPaused: boolean;
  readonly isDone: boolean;
  /** What the worker holds. */
  readonly memory: { readonly tensors: number; readonly bytes: number };
}

export type WorkerEvent =
  | {
      readonly type: 'ready';
      /** Some of the data, to be drawn. */
      readonly data: Float32Array;
      readonly window: Square;
      /** What computes: the kernels' build, or `null` for TensorFlow.js alone. */
      readonly build: string | null;
    }
  | {
      readonly type: 'truth';
      /** The entropy of the density that the data come from, nats: no model can do better. `null` where it is not known. */
      readonly entropy: number | null;
      /** What a Gaussian comes to on the same data, nats. */
      readonly gaussian: number;
    }
  | Frame
  | { readonly type: 'failed'; readonly message: string };
