export { type PyTorchModel, toPyTorch } from './lib/export/to-pytorch.ts';
export type { CheckedRows } from './lib/file/check-rows.ts';
export type { FreiaRecipe } from './lib/freia/freia-recipe.ts';
export { type ImportedModel, importPyTorch, type PyTorchRecipe } from './lib/import-pytorch.ts';
export type { Activation } from './lib/networks/imported-network.ts';
export type { NflowsRecipe } from './lib/nflows/nflows-recipe.ts';
export type { NormflowsRecipe } from './lib/normflows/normflows-recipe.ts';
export type { ZukoRecipe } from './lib/zuko/zuko-recipe.ts';
