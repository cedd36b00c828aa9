import { disposeParams, readSafetensors, type Shape, sizeOf } from '@diffeo/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type ImportedModel, importPyTorch } from '../src/index.ts';
import { fixture, numbersIn, type Recipe } from './fixtures.ts';

/** How numbers of ours differ from PyTorch's. */
export interface Difference {
  /** The greatest |ours − theirs| / max(1, |theirs|). */
  readonly greatest: number;
  /** How many are more than 1e-5 off by that measure. */
  readonly beyond: number;
  /** The greatest share of what is allowed: 1e-5 · max(1, |theirs|), and what 16 roundings of the inputs and parameters to float32 change where that is more. */
  readonly share: number;
}

const roundings = 16;

function difference(ours: ArrayLike<number>, theirs: Float64Array, rounding: Float64Array): Difference {
  let [greatest, beyond, share] = [0, 0, 0];
  for (const [i, value] of theirs.entries()) {
    const difference = Math.abs((ours[i] ?? Number.NaN) - value);
    const apart = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference; // or the next would be greater
    const scale = Math.max(1, Math.abs(value));
    if (apart / scale > greatest) greatest = apart / scale;
    if (apart / scale > 1e-5) beyond++;
    const own = apart / Math.max(1e-5 * scale, roundings * (rounding[i] as number));
    if (own > share) share = own;
  }
  return { greatest, beyond, share };
}

const points = numbersIn(fixture('points'));
/** As many events as the numbers of so many points are, which are of three numbers each, or their contexts of two. */
function rows(name: 'x' | 'context', shape: Shape, pointCount: number): Tensor {
  const numbers = Float32Array.from(points(name)).subarray(0, pointCount * (name === 'x' ? 3 : 2));
  const count = Math.floor(numbers.length / sizeOf(shape));
  return tensor(numbers.slice(0, count * sizeOf(shape)), [count, ...shape]);
}

/** Log-densities of a model at the 1,000 points, and what it makes of the first 250 of them as base points. */
function evaluate({ model, params }: Pick<ImportedModel, 'model' | 'params'>) {
  const call = (count: number) => (model.contextShape ? { context: rows('context', model.contextShape, count) } : {});
  const scores = model.logProb(params, rows('x', model.eventShape, 1000), call(1000)).dataSync();
  const { value } = model.bijector.forward(params.layers, rows('x', model.baseShape, 250), call(250));
  return { scores, data: value.dataSync() };
}

/** Log-densities of a model at the 1,000 points. */
export const scoresOf = (model: Pick<ImportedModel, 'model' | 'params'>): ArrayLike<number> => evaluate(model).scores;

/** The recipe of a fixture, which its metadata hold. */
export const recipeOf = (name: string): Recipe =>
  JSON.parse(readSafetensors(fixture(name)).metadata['recipe'] as string);

/** How a model differs from what PyTorch said of a fixture. */
export function differences(name: string, model: Pick<ImportedModel, 'model' | 'params'>) {
  const expected = numbersIn(fixture(`${name}.values`));
  const { scores, data } = evaluate(model);
  return {
    logProb: difference(scores, expected('log_prob'), expected('log_prob_rounding')),
    data: difference(data, expected('data'), expected('data_rounding')),
  };
}

/** Imports a fixture, and says how it differs from what PyTorch said. */
export async function importAndCompare(name: string) {
  const imported = await importPyTorch(fixture(name), recipeOf(name));
  const found = differences(name, imported);
  disposeParams(imported.model.layout, imported.params);
  return found;
}
