export { gaussianMixture } from './lib/mixture/gaussian-mixture.ts';
export type { Effort } from './lib/recipe.ts';
export { tableDefinitions } from './lib/table-definitions.ts';
export { type MemberShare, type TableFitted, type TableFlowOptions, tableFlow } from './lib/table-flow.ts';
export type { TableRows } from './lib/table-rows.ts';
