import { DiffeoError, type Flow, type FlowParams, readSafetensors } from '@diffeo/core';
import { describeValue, shortName } from '@diffeo/core/arguments';
import { type CheckedRows, checkRows, takeCheck } from './file/check-rows.ts';
import { type StateDict, stateDictOf } from './file/state-dict.ts';
import { type FreiaRecipe, requireFreiaRecipe } from './freia/freia-recipe.ts';
import { readFreia } from './freia/read-freia.ts';
import { type NflowsRecipe, requireNflowsRecipe } from './nflows/nflows-recipe.ts';
import { readNflows } from './nflows/read-nflows.ts';
import { type NormflowsRecipe, requireNormflowsRecipe } from './normflows/normflows-recipe.ts';
import { readNormflows } from './normflows/read-normflows.ts';
import { buildModel, type ReadModel } from './parts/build-model.ts';
import { watchedRecipe } from './recipe/watched-recipe.ts';
import { readZuko } from './zuko/read-zuko.ts';
import { requireZukoRecipe, type ZukoRecipe } from './zuko/zuko-recipe.ts';

/** What the file does not say, by the library that wrote it. */
export type PyTorchRecipe = NflowsRecipe | NormflowsRecipe | ZukoRecipe | FreiaRecipe;

/** A model that was trained in PyTorch. */
export interface ImportedModel {
  readonly model: Flow;
  readonly params: FlowParams;
  /** How far the model is from the rows in the file that it was held to; `null` where the file has none. */
  readonly check: CheckedRows | null;
}

/** How the state dict of a library is read. */
interface Reader<R> {
  require(recipe: R): void;
  read(dict: StateDict, recipe: R): ReadModel;
}

type Readers = { readonly [L in PyTorchRecipe['library']]: Reader<Extract<PyTorchRecipe, { readonly library: L }>> };

const readers: Readers = {
  nflows: { require: requireNflowsRecipe, read: readNflows },
  normflows: { require: requireNormflowsRecipe, read: readNormflows },
  zuko: { require: requireZukoRecipe, read: readZuko },
  FrEIA: { require: requireFreiaRecipe, read: readFreia },
};

/** The reader of a recipe's library; throws `CONFIG` where there is none. */
function readerOf(recipe: PyTorchRecipe | undefined): Reader<PyTorchRecipe> {
  const library = recipe?.library;
  if (library && Object.hasOwn(readers, library)) return readers[library] as Reader<PyTorchRecipe>;
  const known = Object.keys(readers)
    .map((name) => `'${name}'`)
    .join(', ');
  throw new DiffeoError(
    'CONFIG',
    `importPyTorch: the recipe's library must be one of ${known}; got ${describeValue(library)}`,
  );
}

/**
 * Reads the state dict of a flow of nflows, normflows, zuko or FrEIA, which is saved as safetensors, as a flow of ours with its parameters.
 *
 * The file may hold a few rows and what PyTorch says of them, as `check.x` `[rows, features]`, `check.log_prob` `[rows]` and, for a flow
 * with a context, `check.context`. The model is then held to them: a recipe that is wrong does not pass.
 *
 * @param bytes of the file
 * @param recipe what the file does not say: which library, activation, bounds
 * @throws DiffeoError `FILE`, `OVERFLOW`, `NOT_FINITE` for the file; `CONFIG` for the recipe, also for what it says and no part of the
 * file takes; `IMPORT` for what has no equivalent here, by
 * its name; `MISSING_TENSOR`, `SURPLUS_TENSOR`, `TENSOR_SHAPE`; `INEXACT` where the rows in the file do not agree.
 */
export async function importPyTorch(bytes: Uint8Array, recipe: PyTorchRecipe): Promise<ImportedModel> {
  const reader = readerOf(recipe);
  reader.require(recipe);
  const { root, unused } = stateDictOf(readSafetensors(bytes).tensors);
  const check = takeCheck(root);
  const { recipe: watched, unread } = watchedRecipe(recipe);
  const read = reader.read(root, watched);
  const [surplus, ...more] = unused();
  if (surplus !== undefined) {
    const others = more.length === 0 ? '' : `, and ${more.length} more`;
    throw new DiffeoError('SURPLUS_TENSOR', `the file holds '${surplus}'${others}, for which nothing here has a place`);
  }
  const [needless, ...others] = unread().map((name) => shortName(name));
  if (needless !== undefined) {
    const all = [needless, ...others].join(', ');
    throw new DiffeoError('CONFIG', `the recipe says ${all}, and no part of the file takes that: leave it out`);
  }
  const { model, params } = buildModel(read);
  return { model, params, check: check && (await checkRows(model, params, check)) };
}
