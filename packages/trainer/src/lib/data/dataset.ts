import { DiffeoError, type Flow, type Seed, sameShape, shuffled } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { gather, slice, type Tensor, tensor1d } from '@tensorflow/tfjs-core';

/** Data to train on or to score: `x` `[rows, ...eventShape]`, and for a conditional flow a context for each row. */
export interface Dataset {
  readonly x: Tensor;
  /** `[rows, ...contextShape]` */
  readonly context?: Tensor;
}

/** A tensor alone is data without context. */
export const toDataset = (data: Dataset | Tensor): Dataset => ('x' in data ? data : { x: data });

export const rowsOf = ({ x }: Dataset): number => x.shape[0] as number;

const mapDataset = ({ x, context }: Dataset, f: (tensor: Tensor) => Tensor): Dataset =>
  tidied(() => ({ x: f(x), ...(context && { context: f(context) }) }));

/** The rows with these numbers. The caller owns the result. */
export const takeRows = (dataset: Dataset, rows: Int32Array): Dataset =>
  tidied(() => {
    const indices = tensor1d(rows, 'int32');
    return mapDataset(dataset, (tensor) => gather(tensor, indices));
  });

/** `count` rows from `begin` on. The caller owns the result. */
export const sliceRows = (dataset: Dataset, begin: number, count: number): Dataset =>
  mapDataset(dataset, (tensor) =>
    slice(tensor, [begin, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)]),
  );

export function disposeDataset({ x, context }: Dataset): void {
  x.dispose();
  context?.dispose();
}

/** Splits off a share of the rows, chosen by the seed. The caller owns both parts. */
export function splitDataset(dataset: Dataset, share: number, seed: Seed): { kept: Dataset; splitOff: Dataset } {
  const order = shuffled(rowsOf(dataset), seed);
  const count = Math.max(1, Math.round(share * order.length));
  return tidied(() => ({
    splitOff: takeRows(dataset, order.subarray(0, count)),
    kept: takeRows(dataset, order.subarray(count)),
  }));
}

/**
 * Throws unless the numbers of so many rows are finite, and where there are `levels`, whole numbers below as many.
 *
 * @throws DiffeoError `NOT_FINITE`, `DATA`, with row and position.
 */
export function requireNumbers(values: ArrayLike<number>, rows: number, what: string, levels?: number): void {
  const refuse = (code: string, at: number, advice: string): never => {
    const [row, position] = [Math.floor((at * rows) / values.length), at % (values.length / rows)];
    const found = `row ${row} holds ${values[at]} at position ${position} (both counted from 0)`;
    throw new DiffeoError(code, `${what}: ${found}. ${advice}`);
  };
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!Number.isFinite(value)) refuse('NOT_FINITE', at, 'Remove or fill in such values first.');
    if (levels === undefined || (Number.isInteger(value) && value >= 0 && value < levels)) continue;
    const range = levels === Infinity ? 'from 0 on' : `from 0 to ${levels - 1}`;
    refuse(
      'DATA',
      at,
      `The flow dequantizes whole numbers ${range}: give it those (pixels scaled to [0, 1] times 255, rounded), or the number of levels that the data have, or leave its dequantizer out if they are continuous.`,
    );
  }
}

/**
 * Throws unless the data are finite and fit the flow; of one that dequantizes, unless they are of its levels: a score of
 * other data would be a number and mean nothing.
 *
 * @throws DiffeoError `SHAPE`, `CONTEXT`, `DATA` (no rows, or no levels), `NOT_FINITE`; the latter two with row and position.
 */
export async function requireDataset(model: Flow, dataset: Dataset, what: string): Promise<void> {
  const { x, context } = dataset;
  const fits = (tensor: Tensor, shape: readonly number[]) => sameShape(tensor.shape.slice(1), shape) && tensor.rank > 0;
  if (!fits(x, model.eventShape)) {
    throw new DiffeoError(
      'SHAPE',
      `${what} must be [rows, ${model.eventShape.join(', ')}] for this flow; got [${x.shape.join(', ')}]`,
    );
  }
  const rows = rowsOf(dataset);
  if (rows === 0) throw new DiffeoError('DATA', `${what} has no rows`);
  if (model.contextShape === null && context) {
    throw new DiffeoError('CONTEXT', `${what} has a context, and the flow is not conditional`);
  }
  if (model.contextShape && !(context && fits(context, model.contextShape) && context.shape[0] === rows)) {
    throw new DiffeoError(
      'CONTEXT',
      `${what} needs a context [${[rows, ...model.contextShape].join(', ')}]; got ${context ? `[${context.shape.join(', ')}]` : 'none'}`,
    );
  }
  requireNumbers(await x.data(), rows, what, model.dequantizer?.levels);
  if (context) requireNumbers(await context.data(), rows, `${what}, context`);
}
