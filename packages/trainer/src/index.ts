export type { Augment } from './lib/augment.ts';
export { useWasm, type WasmOptions } from './lib/backend.ts';
export { rowsTogether } from './lib/batch-size.ts';
export { compareScores, type ScoreComparison } from './lib/compare-scores.ts';
export { fit } from './lib/fit.ts';
export type { FitOptions, Fitted, HistoryPoint, Progress, Stopped } from './lib/fit-options.ts';
export { type Baseline, type BaselineData, type DependentColumns, gaussianBaseline } from './lib/gaussian-baseline.ts';
export {
  attributeDirection,
  type InterpolateOptions,
  interpolate,
  moveAlong,
  type Reconstruction,
  reconstruct,
} from './lib/latent.ts';
export type { LatentOptions } from './lib/latent-rows.ts';
export { startWorkers, type Workers, type WorkersOptions } from './lib/parallel/workers.ts';
export { type Prepared, prepared } from './lib/prepared.ts';
export { meanOf, type RowStatistics, rowStatistics } from './lib/row-statistics.ts';
export { type DrawOptions, sample } from './lib/sample.ts';
export type { Samples } from './lib/samples.ts';
export { constant, cosine, type Schedule } from './lib/schedule.ts';
export { type ScoreOptions, score } from './lib/score.ts';
