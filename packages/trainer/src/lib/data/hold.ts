/** What callers give is held while it is worked with: checked, as float32, and safe from what the caller disposes meanwhile. */
import { type Density, DiffeoError, type Flow, isFlow, mapParams } from '@diffeo/core';
import {
  record,
  requireContext,
  requireData,
  requireOptions,
  requireParams,
  tensorOption,
} from '@diffeo/core/arguments';
import { tidied } from '@diffeo/core/engine';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset.ts';

/** A tensor with the same numbers, in the same memory, that outlives the one given. */
const sharing = (tensor: Tensor): Tensor => reshape(tensor, tensor.shape);

/** What other libraries take beside data, and would be ignored here. */
const weightNames = ['weights', 'weight', 'sampleWeight', 'sampleWeights'];

function requireDatasetFields(given: object, what: string): void {
  const weights = weightNames.find((name) => name in given);
  if (weights !== undefined) {
    throw new DiffeoError(
      'CONFIG',
      `${what}: rows have no weights, so '${weights}' would be ignored. Leave it out; give rows that weigh more several times.`,
    );
  }
  requireOptions<Dataset>(
    what,
    given as Dataset,
    {
      x: { test: () => true, expected: 'a tensor', required: true },
      context: { test: () => true, expected: 'a tensor' },
    },
    { y: 'context', condition: 'context', data: 'x' },
  );
}

/** What a caller gave as data: a tensor alone is data without context. */
function fieldsOf(given: unknown, what: string): { readonly x: unknown; readonly context?: unknown } {
  // Rows of the host, or anything else without an `x`, are no tensor either, and that is what is said.
  if (tensorOption.test(given) || !record.test(given) || !('x' in (given as object))) return { x: given };
  requireDatasetFields(given as object, what);
  return given as { readonly x: unknown; readonly context?: unknown };
}

/**
 * Data that fit a flow, as float32 with a context for each row, to be disposed by the caller. What is not finite is looked for
 * elsewhere, since that takes waiting.
 *
 * @throws DiffeoError `DATA` for what is no tensor, was disposed or has no rows; `SHAPE`, `CONTEXT`, `CONFIG`.
 */
export function holdDataset(model: Density, given: unknown, what: string): Dataset {
  const { x: rawX, context: rawContext } = fieldsOf(given, what);
  return tidied(() => {
    const x = requireData(model, rawX, what);
    const rows = x.shape[0] as number;
    if (rows === 0) throw new DiffeoError('DATA', `${what} has no rows`);
    try {
      const context = requireContext(model, rawContext, rows);
      return { x: sharing(x), ...(context && { context: sharing(context) }) };
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

/** @throws DiffeoError `CONFIG` for what is no flow, a mixture of several included. */
export function requireFlow(model: unknown, where: string): asserts model is Flow {
  requireDensity(model, where);
  if (isFlow(model)) return;
  throw new DiffeoError('CONFIG', `${where} takes one flow, and this is a mixture of several: give one of its members`);
}
