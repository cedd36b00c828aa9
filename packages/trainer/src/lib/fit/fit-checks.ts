import {
  anything,
  callable,
  either,
  numberBetween,
  type OptionCheck,
  oneOf,
  positiveNumber,
  record,
  requireOptions,
  seedNumber,
  text,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { isPartSpec } from '../optimisers/define-part.ts';
import { workersOption } from '../tasks/workers-option.ts';
import type { FitOptions, MinimiseOptions } from './fit-options.ts';

const infinity: OptionCheck = { test: (value) => value === Infinity, expected: 'Infinity' };
const steps = wholeNumber({ from: 1, to: 1e9 });
/** Data are looked at where they are held. */
const validation: OptionCheck = {
  test: (value) => (typeof value === 'number' ? value >= 0 && value < 1 : typeof value !== 'string'),
  expected: 'data (a tensor or { x, context }), or a share of the rows from 0 to below 1',
};
const optimiser: OptionCheck = {
  test: (value) => isPartSpec('optimiser', value),
  expected: 'an optimiser, such as adam()',
};
const schedule: OptionCheck = {
  test: (value) => callable.test(value) || isPartSpec('schedule', value),
  expected: 'a function of step and steps, or a schedule such as cosine()',
};
const signal: OptionCheck = {
  test: (value) => typeof value === 'object' && value !== null && 'aborted' in value,
  expected: 'an AbortSignal',
};
const bytes: OptionCheck = { test: (value) => value instanceof Uint8Array, expected: 'the bytes of a checkpoint' };
const versions: OptionCheck = {
  test: (value) => record.test(value) && Object.values(value as object).every(text.test),
  expected: 'an object of texts',
};

const checks = {
  steps,
  batchSize: steps,
  learningRate: numberBetween(0, 1e3),
  optimiser,
  schedule,
  clipNorm: positiveNumber({ orInfinity: true }),
  seed: seedNumber,
  params: anything,
  validation,
  validateEvery: steps,
  validationRows: either(wholeNumber({ from: 1 }), infinity),
  patience: either(numberBetween(1, Number.MAX_VALUE), infinity),
  ema: numberBetween(0, 1),
  freeze: callable,
  augment: callable,
  workers: workersOption,
  resume: bytes,
  versions,
  onCheckpoint: callable,
  signal,
  onProgress: callable,
  onValidation: callable,
};

const otherNames = {
  epochs: 'steps',
  iterations: 'steps',
  lr: 'learningRate',
  batch: 'batchSize',
  batch_size: 'batchSize',
  maxNorm: 'clipNorm',
  gradientClip: 'clipNorm',
  valid: 'validation',
  validationSplit: 'validation',
  earlyStopping: 'patience',
  initialParams: 'params',
  scheduler: 'schedule',
  optimizer: 'optimiser',
  callback: 'onProgress',
} as const;

/** @throws DiffeoError `CONFIG` and `SEED` for options that are none, or cannot be meant. */
export const requireFitOptions = (options: FitOptions): void =>
  requireOptions<FitOptions>(
    'fit',
    options,
    { ...checks, gradient: oneOf('store', 'checkpoint', 'recompute') },
    otherNames,
  );

/** @throws DiffeoError as {@link requireFitOptions} does. */
export const requireMinimiseOptions = (options: MinimiseOptions): void =>
  requireOptions<MinimiseOptions>(
    'minimise',
    options,
    { ...checks, data: anything, replay: trueOrFalse },
    { ...otherNames, x: 'data', capture: 'replay' },
  );
