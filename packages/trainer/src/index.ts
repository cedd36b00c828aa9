export { useWasm } from './lib/backend.ts';
export { type FitOptions, type Fitted, fit, type HistoryPoint, type Progress } from './lib/fit.ts';
export { gaussianBaseline } from './lib/gaussian-baseline.ts';
export type { Samples } from './lib/samples.ts';
export { constant, cosine, type Schedule } from './lib/schedule.ts';
export { type ScoreOptions, score } from './lib/score.ts';
