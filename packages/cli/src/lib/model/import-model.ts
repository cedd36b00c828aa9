import { DiffeoError, isDiffeoError, save } from '@diffeo/core';
import { nameInMessage, readBytes } from '@diffeo/datasets/node';
import { type ImportedModel, importPyTorch, type PyTorchRecipe } from '@diffeo/pytorch';
import { useWasm } from '@diffeo/trainer';
import { writeTogether } from '../files/write-together.ts';
import { say } from '../terminal/say.ts';

/** What `diffeo import` was asked. */
export interface ImportOptions {
  /** The state dict of a flow of PyTorch, as safetensors. */
  readonly file: string;
  /** A file of JSON. */
  readonly recipe: string;
  /** The model file to write. */
  readonly out: string;
}

async function readRecipe(path: string): Promise<PyTorchRecipe> {
  const text = new TextDecoder().decode(await readBytes(path));
  try {
    return JSON.parse(text) as PyTorchRecipe;
  } catch (cause) {
    throw new DiffeoError('FILE', `the recipe ${nameInMessage(path)} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Throws what `importPyTorch` throws, with the file's name in front; what is wrong with numbers in a file is bad input. */
async function imported(file: string, recipe: PyTorchRecipe): Promise<ImportedModel> {
  const bytes = await readBytes(file);
  try {
    return await importPyTorch(bytes, recipe);
  } catch (cause) {
    if (!isDiffeoError(cause)) throw cause;
    const code = ['NOT_FINITE', 'INEXACT'].includes(cause.code) ? 'FILE' : cause.code;
    throw new DiffeoError(code, `${nameInMessage(file)}: ${cause.message}`, { cause });
  }
}

/** Reads a state dict of PyTorch by its recipe, and writes it as a model. */
export async function importModel({ file, recipe: given, out }: ImportOptions): Promise<void> {
  const recipe = await readRecipe(given);
  await useWasm();
  const { model, params, check } = await imported(file, recipe);
  const bytes = await save(model, params);
  writeTogether([[out, bytes]]);
  say(`${out}: ${bytes.length.toLocaleString('en')} bytes`);
  say(
    check
      ? `${check.rows} rows in the file have PyTorch's log-densities within ${check.greatest.toExponential(1)}`
      : 'the file has no rows to hold the model to (check.x, check.log_prob): a wrong activation would go unseen',
  );
}
