import type { FlowOptions } from './flows.ts';

/** How to train where the command line does not say. */
export interface TrainDefaults extends FlowOptions {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Validations without a new best after which training stops. */
  readonly patience: number;
  /** Which part of the running mean of the parameters stays at each step. Absent: no mean is kept. */
  readonly ema?: number;
  /** The kind of flow. */
  readonly flow: string;
}

/** For the toy densities, of which there are ever new points, so that there is no overfitting to stop. */
export const toyDefaults: TrainDefaults = {
  steps: 2000,
  batchSize: 512,
  learningRate: 5e-3,
  patience: Number.POSITIVE_INFINITY,
  layers: 8,
  hidden: [64, 64],
  activation: 'relu',
  residual: true,
  bound: 1,
  outputScale: 0.01,
  levels: 1,
  flow: 'realnvp',
};

/** The kind of flow of a table where one is asked for. */
export const tableFlowName = 'realnvp';

/**
 * For small tables: smooth networks that go on quietly where there are no rows, small steps, and the running mean of the
 * parameters. The flow starts as the Gaussian that its preprocessing makes it, to the bit.
 */
const smallTableDefaults: TrainDefaults = {
  steps: 2000,
  batchSize: 256,
  learningRate: 1e-3,
  patience: 10,
  ema: 0.99,
  layers: 8,
  hidden: [32],
  activation: 'tanh',
  residual: false,
  bound: 1,
  outputScale: 0,
  levels: 1,
  flow: tableFlowName,
};

/** For tables that have rows enough to learn larger networks from. */
const largeTableDefaults: TrainDefaults = {
  ...smallTableDefaults,
  steps: 3000,
  learningRate: 3e-3,
  hidden: [64, 64],
  activation: 'relu',
};

/** By flow matching a step takes little and its target is noisy: many steps, and their running mean. */
export const matchingDefaults = { steps: 10_000, ema: 0.999 } as const satisfies Partial<TrainDefaults>;

/** Fewer training rows than this are a small table. */
const largeTable = 2000;

/** For the rows of a CSV file. */
export const tableDefaults = (trainingRows: number): TrainDefaults =>
  trainingRows < largeTable ? smallTableDefaults : largeTableDefaults;

/** For the digits: 64 dimensions and 1,437 rows to learn them from, so networks are small and smooth. */
export const digitsDefaults: TrainDefaults = {
  steps: 1600,
  batchSize: 256,
  learningRate: 7e-4,
  patience: 20,
  layers: 8,
  hidden: [64],
  activation: 'tanh',
  residual: false,
  bound: 3,
  outputScale: 0.01,
  levels: 1,
  flow: 'realnvp',
};

/** For images: Glow at two scales, which is good on 28 × 28 pixels after some minutes. */
export const imageDefaults: TrainDefaults = {
  steps: 4000,
  batchSize: 64,
  learningRate: 1.5e-3,
  patience: 20,
  layers: 8,
  hidden: [64],
  activation: 'relu',
  residual: false,
  bound: 3,
  outputScale: 0.01,
  levels: 2,
  flow: 'glow',
};

/** For the digits as images of 8 × 8 pixels. */
export const imageDigitsDefaults: TrainDefaults = { ...imageDefaults, steps: 1000, layers: 6, hidden: [48] };
