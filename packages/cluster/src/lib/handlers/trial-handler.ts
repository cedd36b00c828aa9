import { type Definition, DiffeoError, disposeParams, flow, hydrate, isDiffeoError, save } from '@diffeo/core';
import { type Fitted, fit, useWasm } from '@diffeo/trainer';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type InputRef, readInput, requireInput } from '../files/inputs.ts';
import type { Handler } from '../jobs/handler.ts';
import type { Json } from '../jobs/json.ts';

/** The type of the jobs that try hyper-parameters. */
export const trialType = '@diffeo/cluster/trial';

/** What `fit` is told, of what is JSON. */
export type TrialFit = {
  readonly steps: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly clipNorm?: number;
  readonly seed?: number;
};

/** A flow to train, and on what. */
type TrialRequest = {
  /** The flow's description, as `flow` takes it and JSON writes it. */
  readonly spec: { readonly [name: string]: Json };
  readonly fit: TrialFit;
  readonly data: TrialData;
};

/** Rows of float32 numbers, little-endian, row after row: first those to train on, then those to validate on. */
export type TrialData = {
  readonly input: InputRef;
  readonly train: number;
  readonly validation: number;
  readonly eventShape: readonly number[];
};

/** How a trial went, as the model file says it in its metadata's entry `trial`. */
export interface TrialResult {
  /** The best mean negative log-likelihood of the validation rows, nats; `null` where training came to none. */
  readonly validation: number | null;
  /** At which step. */
  readonly bestStep: number;
  /** Why there is none. */
  readonly error: string | null;
}

/** The best validation of a run. */
function bestOf({ history, bestStep, startValidation }: Fitted): number | null {
  if (bestStep === 0) return startValidation;
  return history.find(({ step }) => step === bestStep)?.validation ?? null;
}

/** Errors of a trial's hyper-parameters, which would come again: they are its result. */
const ownErrors: ReadonlySet<string> = new Set(['NOT_FINITE', 'INEXACT']);

function tensorsOf(bytes: Uint8Array, { train, validation, eventShape }: TrialData): readonly [Tensor, Tensor] {
  const width = eventShape.reduce((product, size) => product * size, 1);
  if (bytes.byteLength !== 4 * width * (train + validation)) {
    throw new DiffeoError(
      'FILE',
      `the rows of the search have ${bytes.byteLength} bytes, and not those of ${train + validation} rows of ${width}`,
    );
  }
  const values = new Float32Array(bytes.slice().buffer);
  const rows = (begin: number, count: number): Tensor =>
    tensor(values.slice(begin * width, (begin + count) * width), [count, ...eventShape]);
  return [rows(0, train), rows(train, validation)];
}

/**
 * Trains a flow and validates it: its output is the model, with how the trial went in its metadata. A trial whose training breaks
 * down has a result too: none.
 *
 * @throws DiffeoError `FILE`, `SPEC`, `UNKNOWN_TYPE`, `CONFIG`
 */
export function trialHandler({ definitions }: { readonly definitions: readonly Definition[] }): Handler {
  return async (given, { root, signal }) => {
    const { spec, fit: settings, data } = given as TrialRequest;
    await useWasm();
    const [x, validation] = tensorsOf(await readInput(root, requireInput(data.input)), data);
    const model = flow(hydrate(spec, definitions));
    let params: unknown = null;
    let result: TrialResult;
    try {
      const fitted = await fit(model, x, { ...settings, validation, signal });
      params = fitted.params;
      if (fitted.stopped === 'cancelled') throw new DiffeoError('CANCELLED', 'the trial was cancelled');
      result = { validation: bestOf(fitted), bestStep: fitted.bestStep, error: null };
    } catch (error) {
      if (!isDiffeoError(error) || !ownErrors.has(error.code)) throw error;
      params ??= await model.start(model.init(settings.seed ?? 0), x);
      result = { validation: null, bestStep: 0, error: error.message };
    } finally {
      x.dispose();
      validation.dispose();
    }
    const bytes = await save(model, params as Fitted['params'], { metadata: { trial: JSON.stringify(result) } });
    disposeParams(model.layout, params as Fitted['params']);
    return bytes;
  };
}
