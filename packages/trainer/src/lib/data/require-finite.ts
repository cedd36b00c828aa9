import { type Density, DiffeoError, type ErrorCode, type Shape } from '@diffeo/core';
import type { RowPlace } from './row-place.ts';
import { rowsOf, type TensorDataset } from './tensor-dataset.ts';

/** Numbers as one holds them to what they may be. */
export interface Numbers {
  readonly values: ArrayLike<number>;
  /** `[rows, ...]` */
  readonly shape: Shape;
  /** What they are called. */
  readonly data: string;
  readonly inContext?: boolean;
  /** Where there are any, whole numbers below as many. */
  readonly bins?: number | undefined;
}

/**
 * Throws unless numbers are finite, and where there are `bins`, whole numbers below as many.
 *
 * @throws DiffeoError `NOT_FINITE`, `DATA`, with row and column, and the {@link RowPlace} as its cause.
 */
export function requireNumbers({ values, shape, data, inContext = false, bins }: Numbers): void {
  const refuse = (code: ErrorCode, at: number, advice: string): never => {
    const size = values.length / (shape[0] as number);
    const place: RowPlace = {
      ...{ data, inContext, value: values[at] as number },
      ...{ row: Math.floor(at / size), column: at % size },
    };
    const where = shape.length === 2 ? 'in column' : 'at position';
    const found = `row ${place.row} holds ${place.value} ${where} ${place.column} (both counted from 0)`;
    throw new DiffeoError(code, `${data}${inContext ? ', context' : ''}: ${found}. ${advice}`, { cause: place });
  };
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!Number.isFinite(value)) refuse('NOT_FINITE', at, 'Remove or fill in such values first.');
    if (bins === undefined || (Number.isInteger(value) && value >= 0 && value < bins)) continue;
    const range = bins === Infinity ? 'from 0 on' : `from 0 to ${bins - 1}`;
    refuse(
      'DATA',
      at,
      `The flow dequantizes whole numbers ${range}: give it those (pixels scaled to [0, 1] times 255, rounded), or the number of bins that the data have, or leave its dequantizer out if they are continuous.`,
    );
  }
}

/** @throws DiffeoError `DATA` unless all are finite, 0 or more, and not all 0. */
function requireWeights(weights: ArrayLike<number>, data: string): void {
  let total = 0;
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row] as number;
    total += weight;
    if (weight >= 0 && weight < Infinity) continue;
    throw new DiffeoError(
      'DATA',
      `${data}: row ${row} (counted from 0) has a weight of ${weight}: weights are 0 or more`,
    );
  }
  if (total === 0) throw new DiffeoError('DATA', `${data}: every row has a weight of 0`);
}

/**
 * Throws unless data are finite; of a flow that dequantizes, unless they are of its bins: a score of other data would be a
 * number and mean nothing.
 *
 * @throws DiffeoError as {@link requireNumbers} does.
 */
export async function requireFinite(model: Density, dataset: TensorDataset, data: string): Promise<void> {
  const { x, context, weights } = dataset;
  if (weights) requireWeights(await weights.data(), data);
  requireNumbers({ values: await x.data(), shape: x.shape, data, bins: model.dequantizer?.bins });
  if (!context) return;
  const shape = [rowsOf(dataset), ...context.shape.slice(1)];
  requireNumbers({ values: await context.data(), shape, data, inContext: true });
}
