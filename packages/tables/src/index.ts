export { autoregressiveRows } from './lib/autoregressive/autoregressive-rows.ts';
export { conditionalBaselines } from './lib/baselines/conditional-baselines.ts';
export { mixedBaselines } from './lib/baselines/mixed-baselines.ts';
export { type TableBaseline, tableBaselines } from './lib/baselines/table-baselines.ts';
export {
  type ColumnCalibration,
  columnCalibration,
  conditionalCalibration,
} from './lib/diagnostics/column-calibration.ts';
export { type ColumnGainsOptions, columnGains, type LogDensityOf } from './lib/diagnostics/column-gains.ts';
export { type Coverage, coverage } from './lib/diagnostics/coverage.ts';
export { type EnergyTest, type EnergyTestOptions, energyTest } from './lib/diagnostics/energy-test.ts';
export { pooledScores } from './lib/diagnostics/pooled-scores.ts';
export { type FilledRows, type FillRowsOptions, fillRows } from './lib/filling/fill-rows.ts';
export type { MemberShare, TableFitted } from './lib/mix-members.ts';
export type { ColumnFacts } from './lib/mixed/columns-of-data.ts';
export { type Conditionals, conditionals, type FillOptions, isMixedModel } from './lib/mixed/conditionals.ts';
export { missingCell, openCell } from './lib/mixed/mixed-column.ts';
export { mixedRows } from './lib/mixed/mixed-rows.ts';
export {
  type MixedData,
  type MixedTableOptions,
  mixedTable,
  withGaps,
  withMissingCells,
} from './lib/mixed/mixed-table.ts';
export type { Period } from './lib/mixed/periods.ts';
export { openColumns, wholeRows } from './lib/mixed/whole-rows.ts';
export { gaussianMixture } from './lib/mixture/gaussian-mixture.ts';
export type { Effort } from './lib/recipe.ts';
export { tableDefinitions } from './lib/table-definitions.ts';
export { type TableFlowOptions, tableFlow } from './lib/table-flow.ts';
export type { TableRows } from './lib/table-rows.ts';
