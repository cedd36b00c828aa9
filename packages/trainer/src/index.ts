export { messageAllReduce } from './lib/all-reduce/messages.ts';
export { sharedMemoryAllReduce } from './lib/all-reduce/shared-memory.ts';
export { useWasm, type WasmOptions } from './lib/backend/backend.ts';
export { type BackendInUse, type BackendName, type BackendOptions, useBackend } from './lib/backend/use-backend.ts';
export type { Augment } from './lib/data/augment.ts';
export { rowsTogether } from './lib/data/batch-size.ts';
export type { Batch, TensorDataset } from './lib/data/tensor-dataset.ts';
export type {
  AllReduce,
  AllReduceMethod,
  OpenAllReduce,
  Reduced,
  ReducingPool,
  ReducingWorker,
} from './lib/executor/all-reduce.ts';
export type { CallerNotes, Channel, Port, WorkerNotes } from './lib/executor/channel.ts';
export { defineTask, type Task, type TaskContext, type TaskWorker } from './lib/executor/task.ts';
export type { RunOptions, Workers, WorkersOptions } from './lib/executor/workers.ts';
export { fit } from './lib/fit/fit.ts';
export type {
  FitOptions,
  Fitted,
  HistoryPoint,
  LiveRun,
  MinimiseOptions,
  Progress,
  Stopped,
  Validated,
} from './lib/fit/fit-options.ts';
export { minimise } from './lib/fit/minimise.ts';
export {
  attributeDirection,
  type InterpolateOptions,
  interpolate,
  moveAlong,
  type Reconstruction,
  reconstruct,
} from './lib/latents/latent.ts';
export type { LatentOptions } from './lib/latents/latent-rows.ts';
export { type LoadAnyOptions, loadAny } from './lib/loading/load-any.ts';
export { adam, adamW } from './lib/optimisers/adam.ts';
export { chain } from './lib/optimisers/chain.ts';
export { clipByNorm, clipByValue } from './lib/optimisers/clipping.ts';
export { lion } from './lib/optimisers/lion.ts';
export {
  defineOptimiser,
  type Optimiser,
  type OptimiserDefinition,
  type OptimiserSite,
  type OptimiserSpec,
  type TrainedLeaf,
  type Update,
  type UpdateContext,
} from './lib/optimisers/optimiser.ts';
export type { Schedule, ScheduleSpec, Validations } from './lib/optimisers/schedule.ts';
export { constant, cosine, exponential, linearWarmup, oneCycle, plateau } from './lib/optimisers/schedules.ts';
export { sgd } from './lib/optimisers/sgd.ts';
export { type Prepared, prepared } from './lib/sampling/prepared.ts';
export { type DrawOptions, sample } from './lib/sampling/sample.ts';
export { compareScores, type ScoreComparison } from './lib/scores/compare-scores.ts';
export {
  type Baseline,
  type BaselineData,
  type DependentColumns,
  gaussianBaseline,
} from './lib/scores/gaussian-baseline.ts';
export { meanOf, type RowStatistics, rowStatistics } from './lib/scores/row-statistics.ts';
export { type ScoreOptions, score } from './lib/scores/score.ts';
export { type MicroBatches, type MicroBatchOptions, microBatches } from './lib/serving/micro-batches.ts';
export { startWorkers } from './lib/tasks/start-workers.ts';
export type { Loss, LossCall, LossDraw, LossFunction, LossInputs } from './lib/training/loss.ts';
export {
  type ImportanceSample,
  type ImportanceSampleOptions,
  importanceSample,
} from './lib/variational/importance-sample.ts';
export {
  type ImportanceWeightedOptions,
  importanceWeightedBound,
} from './lib/variational/importance-weighted-bound.ts';
export { type ReverseKLOptions, reverseKL } from './lib/variational/reverse-kl.ts';
export type { LogDensity } from './lib/variational/variational-sampler.ts';
export { dataWarnings } from './lib/warnings/data-warnings.ts';
export type { HostRows } from './lib/warnings/host-rows.ts';
export { ignoredContextWarnings } from './lib/warnings/ignored-context-warnings.ts';
export { type Outlier, outliers } from './lib/warnings/outlier-warnings.ts';
export { baselineWarnings, type ScoredRows, scoreWarnings } from './lib/warnings/score-warnings.ts';
export { seenRowWarnings } from './lib/warnings/seen-row-warnings.ts';
export { columnList, type Warning, type WarningCode } from './lib/warnings/warning.ts';
