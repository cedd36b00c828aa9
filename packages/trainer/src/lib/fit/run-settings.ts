import { crc32, DiffeoError, type Flow, type GradientMode, leaves, sizeOf } from '@diffeo/core';
import { boolean, type InferOutput, nullable, picklist, strictObject, string } from 'valibot';
import { rowsOf, type TensorDataset } from '../data/tensor-dataset.ts';
import { describePart } from '../optimisers/define-part.ts';
import type { Schedule } from '../optimisers/schedule.ts';
import { withNumbers } from '../reading/with-numbers.ts';
import type { TrainingTask } from '../training/training.ts';
import type { FitOptions } from './fit-options.ts';
import type { FitPlan } from './fit-plan.ts';
import { realNumber, wholeNumber } from './json-numbers.ts';
import type { TrainingData } from './training-data.ts';

const gradientModes = ['store', 'checkpoint', 'recompute'] as const satisfies readonly GradientMode[];

/** What a run was asked for, as it stands in a checkpoint. */
export const runSettingsSchema = /* @__PURE__ */ strictObject({
  steps: wholeNumber,
  batchSize: wholeNumber,
  learningRate: realNumber,
  clipNorm: realNumber,
  seed: realNumber,
  validateEvery: wholeNumber,
  /** Whether validations come at growing distances first. */
  earlyValidations: /* @__PURE__ */ boolean(),
  validationRows: wholeNumber,
  patience: realNumber,
  gradient: /* @__PURE__ */ picklist(gradientModes),
  /** In words. */
  optimiser: /* @__PURE__ */ string(),
  /** What is minimised. */
  loss: /* @__PURE__ */ string(),
  /** 0 for the caller's thread alone. */
  workers: wholeNumber,
  /** Whether batches are changed by one that the caller gives. */
  augment: /* @__PURE__ */ boolean(),
  /** `null` where no mean of the parameters is kept. */
  ema: /* @__PURE__ */ nullable(realNumber),
  /** Rows of the data to train on. */
  rows: wholeNumber,
  /** How many numbers are trained. */
  trained: wholeNumber,
  /** In words, or of a function of the caller's, a checksum of its factors at some steps. */
  schedule: /* @__PURE__ */ string(),
  /** Checksums: of the paths that are frozen, and of the data. */
  frozen: /* @__PURE__ */ string(),
  data: /* @__PURE__ */ string(),
  /** `none` where there are none. */
  validation: /* @__PURE__ */ string(),
});

/** What a run was asked for that its curve depends on. A checkpoint is gone on from with the same. */
export type RunSettings = Readonly<InferOutput<typeof runSettingsSchema>>;

async function dataChecksum(dataset: TensorDataset | null): Promise<string> {
  if (dataset === null) return 'none';
  const { x, context, weights } = dataset;
  return await withNumbers(
    [x, context, weights].filter((tensor) => tensor !== undefined),
    (all) => crc32(...all.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))),
  );
}

/** At how many steps a schedule is looked at. */
const stepsSampled = 64;

/** In single precision, since cosines differ in their last bits between machines. */
function scheduleChecksum(schedule: Schedule, steps: number): string {
  const count = Math.min(stepsSampled, steps);
  const at = (i: number): number => Math.round((i * (steps - 1)) / Math.max(1, count - 1));
  const values = Float32Array.from({ length: count }, (_, i) => schedule(at(i), steps, []));
  return crc32(new Uint8Array(values.buffer));
}

/** The settings of a run with this plan, on data that were checked. */
export async function runSettings(
  model: Flow,
  { kind }: TrainingTask,
  { train, validation, validationSteps }: TrainingData,
  { schedule, optimiser, ...plan }: FitPlan,
  { freeze = () => false, augment, ema }: Pick<FitOptions, 'freeze' | 'augment' | 'ema'>,
  workers: number,
): Promise<RunSettings> {
  const all = leaves(model.layout, {});
  const frozen = all.flatMap(({ path }) => (freeze(path) ? [path] : []));
  const trained = all.filter(({ path, leaf }) => leaf.trainable && !freeze(path));
  return {
    ...plan,
    loss: kind === 'likelihood' ? 'the negative log-likelihood' : "the caller's",
    workers,
    augment: augment !== undefined,
    ema: ema ?? null,
    validateEvery: validationSteps.every,
    earlyValidations: validationSteps.early,
    validationRows: validationSteps.rows,
    rows: train ? rowsOf(train.dataset) : 0,
    trained: trained.reduce((count, { leaf }) => count + sizeOf(leaf.shape), 0),
    frozen: crc32(new TextEncoder().encode(frozen.join('\n'))),
    optimiser: describePart(optimiser),
    schedule: schedule.spec ? describePart(schedule.spec) : `a function (${scheduleChecksum(schedule, plan.steps)})`,
    data: await dataChecksum(train?.dataset ?? null),
    validation: await dataChecksum(validation?.dataset ?? null),
  };
}

const named: { readonly [Name in keyof RunSettings]: string } = {
  steps: 'steps',
  batchSize: 'batchSize',
  learningRate: 'learningRate',
  clipNorm: 'clipNorm',
  seed: 'seed',
  validateEvery: 'validateEvery',
  patience: 'patience',
  gradient: 'gradient',
  optimiser: 'the optimiser',
  loss: 'the loss',
  workers: 'the number of workers',
  augment: 'augment',
  ema: 'ema',
  rows: 'the number of rows to train on',
  validationRows: 'the number of rows to validate on',
  earlyValidations: 'whether validations come early',
  trained: 'the number of trained parameters',
  frozen: 'the checksum of the frozen paths',
  schedule: 'the schedule',
  data: 'the checksum of the data to train on',
  validation: 'the checksum of the data to validate on',
};

/** @throws DiffeoError `CONFIG` unless a run is asked for what the checkpoint's was. */
export function requireSameRun(asked: RunSettings, before: RunSettings): void {
  for (const [name, what] of Object.entries(named) as [keyof RunSettings, string][]) {
    const [now, then] = [asked[name], before[name]];
    if (now === then) continue;
    throw new DiffeoError('CONFIG', `fit: the checkpoint is of a run in which ${what} was ${then}; here it is ${now}`);
  }
}
