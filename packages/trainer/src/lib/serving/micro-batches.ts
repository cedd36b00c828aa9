import { type Density, DiffeoError, sizeOf } from '@diffeo/core';
import { requireOptions, requireParams, wholeNumber } from '@diffeo/core/arguments';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { requireDensity } from '../data/hold.ts';
import { requireNumbers } from '../data/require-finite.ts';
import { prepared } from '../sampling/prepared.ts';

/** How requests are gathered. */
export interface MicroBatchOptions {
  /** The most rows that go through the model at once; a request of more goes alone. Default 1024. */
  readonly maxRows?: number;
}

/** A model that answers requests, many at a time. */
export interface MicroBatches {
  /**
   * The log-likelihood of each row, nats. `rows` are numbers row after row; `context` a row for each, or one for all.
   *
   * @throws DiffeoError `SHAPE` for numbers that are no whole rows, `CONTEXT`, `NOT_FINITE` for a number that is not finite and for a row
   * whose log-likelihood is none. Other requests are answered nevertheless.
   */
  logProb(rows: ArrayLike<number>, context?: ArrayLike<number>): Promise<Float32Array>;
  /** Gives the memory back. Requests that wait are answered first; later ones are refused. */
  close(): void;
}

interface Request {
  readonly rows: Float32Array;
  readonly context: Float32Array | null;
  readonly count: number;
  readonly resolve: (scores: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** What is no number, such as a null of JSON, is none here either, and not 0. */
const numbersOf = (values: ArrayLike<number>): Float32Array =>
  Float32Array.from(values, (value: unknown) => (typeof value === 'number' ? value : Number.NaN));

/** Runs when whatever has come by now was taken in: after the requests that the event loop has at hand. */
const soon = (work: () => void): void => {
  if (typeof setImmediate === 'function') setImmediate(work);
  else setTimeout(work, 0);
};

/** Rows one after another, filled up with the first of them: sizes are powers of two, so that few shapes come often. */
function together(parts: readonly Float32Array[], width: number, count: number, shape: readonly number[]): Tensor {
  const padded = 2 ** Math.ceil(Math.log2(count));
  const values = new Float32Array(padded * width);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  for (; at < values.length; at += width) values.copyWithin(at, 0, width);
  return tensor(values, [padded, ...shape]);
}

/**
 * Answers requests for log-likelihoods in micro-batches: those that come in the same turn of the event loop go through the model
 * together, since a batch of 32 rows takes little longer than one row. Nobody waits for a timer: a request that comes alone is
 * answered at once. The parameters stay the caller's, and are not to be disposed before `close`.
 *
 * @throws DiffeoError `CONFIG`, also for a model that dequantizes, whose scores depend on noise: take `score`.
 */
export function microBatches<P>(model: Density<P>, params: P, options: MicroBatchOptions = {}): MicroBatches {
  requireDensity(model, 'microBatches');
  requireOptions<MicroBatchOptions>('microBatches', options, { maxRows: wholeNumber({ from: 1, to: 2 ** 20 }) });
  requireParams(model.layout, params, 'microBatches');
  if (model.dequantizes) {
    throw new DiffeoError('CONFIG', 'microBatches: scores of a model that dequantizes depend on noise: take score()');
  }
  const { maxRows = 1024 } = options;
  const { eventShape, contextShape } = model;
  const width = sizeOf(eventShape);
  const contextWidth = contextShape ? sizeOf(contextShape) : 0;
  const ready = prepared(model, params);
  let waiting: Request[] = [];
  let closed = false;

  /** The next requests that fit into a batch. */
  function takeBatch(): Request[] {
    let rows = 0;
    let count = 0;
    for (const request of waiting) {
      if (count > 0 && rows + request.count > maxRows) break;
      rows += request.count;
      count++;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  async function scoresOf(batch: readonly Request[], count: number): Promise<Float32Array> {
    const rows = batch.map((request) => request.rows);
    const x = together(rows, width, count, eventShape);
    const contexts = batch.flatMap((request) => request.context ?? []);
    const context = contextShape && together(contexts, contextWidth, count, contextShape);
    try {
      const logProb = ready.logProb(x, context ? { context } : {});
      const scores = (await logProb.data()) as Float32Array;
      logProb.dispose();
      return scores;
    } finally {
      x.dispose();
      context?.dispose();
    }
  }

  async function answer(batch: readonly Request[]): Promise<void> {
    try {
      const scores = await scoresOf(
        batch,
        batch.reduce((sum, { count }) => sum + count, 0),
      );
      let at = 0;
      for (const { count, resolve, reject } of batch) {
        const own = scores.slice(at, at + count);
        at += count;
        const bad = own.findIndex(Number.isNaN);
        if (bad < 0) resolve(own);
        else
          reject(
            new DiffeoError('NOT_FINITE', `row ${bad} (counted from 0) has no log-likelihood: it lies too far out`),
          );
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function answerAll(): Promise<void> {
    while (waiting.length > 0) await answer(takeBatch());
    scheduled = false;
    if (closed) ready.dispose();
  }
  let scheduled = false;

  function take(
    rows: ArrayLike<number>,
    context: ArrayLike<number> | undefined,
  ): Pick<Request, 'rows' | 'context' | 'count'> {
    if (closed) throw new DiffeoError('CONFIG', 'microBatches: this was closed');
    const count = rows.length / width;
    if (!Number.isInteger(count) || count === 0) {
      throw new DiffeoError('SHAPE', `rows have ${width} numbers each; got ${rows.length} numbers`);
    }
    const values = numbersOf(rows);
    requireNumbers({ values, shape: [count, ...eventShape], data: 'the request' });
    const given = context?.length ?? 0;
    if (given !== contextWidth && given !== count * contextWidth) {
      throw new DiffeoError('CONTEXT', `a context has ${contextWidth} numbers a row; got ${given} for ${count} rows`);
    }
    if (!contextShape) return { rows: values, context: null, count };
    const own = new Float32Array(count * contextWidth);
    for (let at = 0; at < own.length; at += given) own.set(numbersOf(context as ArrayLike<number>), at);
    requireNumbers({ values: own, shape: [count, ...contextShape], data: 'the request', inContext: true });
    return { rows: values, context: own, count };
  }

  return {
    logProb: async (rows, context) => {
      const request = take(rows, context);
      const answered = new Promise<Float32Array>((resolve, reject) => waiting.push({ ...request, resolve, reject }));
      if (!scheduled) soon(() => void answerAll());
      scheduled = true;
      return await answered;
    },
    close: () => {
      closed = true;
      if (!scheduled) ready.dispose();
    },
  };
}
