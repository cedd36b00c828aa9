export {
  type ConfiguredData,
  type ConfiguredFlowOptions,
  type DiffeoConfig,
  defineConfig,
  type OptionDefaults,
} from './lib/config/diffeo-config.ts';
export type { ReconstructReport } from './lib/images/reconstruct.ts';
export { main } from './lib/main.ts';
export type { ScoreReport } from './lib/score/score-report.ts';
export type { TrainReport } from './lib/train/train-report.ts';
