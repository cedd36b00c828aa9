export { main } from './lib/main.ts';
export type { ReconstructReport } from './lib/reconstruct.ts';
export type { ScoreReport } from './lib/score-report.ts';
export type { TrainReport } from './lib/train-report.ts';
