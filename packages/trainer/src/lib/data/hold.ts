/** What callers give is held while it is worked with: checked, as float32, and safe from what the caller disposes meanwhile. */
import { type Density, DiffeoError, type Flow, isFlow, mapParams, sameShape } from '@diffeo/core';
import {
  record,
  requireContext,
  requireData,
  requireOptions,
  requireParams,
  requireTensor,
  tensorOption,
} from '@diffeo/core/arguments';
import { tidied } from '@diffeo/core/engine';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorDataset } from './tensor-dataset.ts';

/** A tensor with the same numbers, in the same memory, that outlives the one given. */
const sharing = (tensor: Tensor): Tensor => reshape(tensor, tensor.shape);

const anyTensor = { test: () => true, expected: 'a tensor' };

const requireDatasetFields = (given: object, what: string): void =>
  requireOptions<TensorDataset>(
    what,
    given as TensorDataset,
    { x: { ...anyTensor, required: true }, context: anyTensor, weights: anyTensor },
    {
      y: 'context',
      condition: 'context',
      data: 'x',
      weight: 'weights',
      sampleWeight: 'weights',
      sampleWeights: 'weights',
    },
  );

interface GivenFields {
  readonly x: unknown;
  readonly context?: unknown;
  readonly weights?: unknown;
}

/** What a caller gave as data: a tensor alone is data without context. */
function fieldsOf(given: unknown, what: string): GivenFields {
  // Rows of the host, or anything else without an `x`, are not a tensor either, and that is what is said.
  if (tensorOption.test(given) || !record.test(given) || !('x' in (given as object))) return { x: given };
  requireDatasetFields(given as object, what);
  return given as GivenFields;
}

/** Weights of so many rows. What they may be is looked at with the data's numbers. */
function requireWeights(given: unknown, rows: number, what: string): Tensor | undefined {
  if (given === undefined) return undefined;
  const weights = requireTensor(given, `${what}: weights`);
  if (sameShape(weights.shape, [rows])) return weights;
  throw new DiffeoError('SHAPE', `${what}: weights are a number for each of the ${rows} rows; got [${weights.shape}]`);
}

/**
 * Data that fit a flow, as float32 with a context for each row, to be disposed by the caller. What is not finite is looked for
 * elsewhere, since that takes waiting. Weights are refused where nothing goes by them.
 *
 * @throws DiffeoError `DATA` for what is not a tensor, was disposed or has no rows; `SHAPE`, `CONTEXT`, `CONFIG`.
 */
export function holdDataset(
  model: Density,
  given: unknown,
  what: string,
  { takesWeights = false }: { readonly takesWeights?: boolean } = {},
): TensorDataset {
  const { x: rawX, context: rawContext, weights: rawWeights } = fieldsOf(given, what);
  if (rawWeights !== undefined && !takesWeights) {
    throw new DiffeoError('CONFIG', `${what}: rows have no weights here, so 'weights' would be ignored. Leave it out.`);
  }
  return tidied(() => {
    const x = requireData(model, rawX, what);
    const rows = x.shape[0] as number;
    if (rows === 0) throw new DiffeoError('DATA', `${what} has no rows`);
    try {
      const context = requireContext(model, rawContext, rows);
      const weights = requireWeights(rawWeights, rows, what);
      return {
        x: sharing(x),
        ...(context && { context: sharing(context) }),
        ...(weights && { weights: sharing(weights) }),
      };
    } catch (error) {
      throw error instanceof DiffeoError ? new DiffeoError(error.code, `${what}: ${error.message}`) : error;
    }
  });
}

/** A context for so many samples, or one for all, `[count or 1, ...contextShape]`, to be disposed by the caller. */
export function holdContext(model: Density, given: Tensor | undefined, count: number): Tensor | undefined {
  const isOne = given?.shape?.[0] === 1 || given?.rank === model.contextShape?.length;
  return tidied(() => {
    const context = requireContext(model, given, isOne ? 1 : count);
    return context && sharing(context);
  });
}

/**
 * The parameters of a flow, to be disposed by the caller.
 *
 * @throws DiffeoError as core's `requireParams` does.
 */
export function holdParams<P>(model: Density<P>, params: P, where: string): P {
  requireParams(model.layout, params, where);
  return tidied(() => mapParams(model.layout, params, (tensor) => tensor && sharing(tensor)));
}

/** @throws DiffeoError `CONFIG` for what has no density. */
export function requireDensity(model: unknown, where: string): asserts model is Density {
  const hasDensity = typeof (model as Partial<Density> | undefined)?.logProb === 'function';
  if (hasDensity && 'layout' in (model as object)) return;
  throw new DiffeoError('CONFIG', `${where}: the model is what flow() gives, or load() as its 'model'`);
}

/** @throws DiffeoError `CONFIG` for what is not a flow, a mixture of several included. */
export function requireFlow(model: unknown, where: string): asserts model is Flow {
  requireDensity(model, where);
  if (isFlow(model)) return;
  throw new DiffeoError('CONFIG', `${where} takes one flow, and this is a mixture of several: give one of its members`);
}
