import { describeValue } from '../arguments/describe-value.ts';
import { type OptionCheck, required, trueOrFalse } from '../arguments/option-checks.ts';
import { requireOptions } from '../arguments/require-options.ts';
import type { Definition } from '../contract/define.ts';
import { DiffeoError } from '../contract/error.ts';
import type { Density } from '../flow/flow-contract.ts';
import { type Loaded, loading } from './loading.ts';
import { requireLittleEndian } from './model-format.ts';

/** What `load` needs besides the bytes. */
export interface LoadOptions {
  /** What the parts of the model may be: those of core and of each layer package. */
  readonly definitions: readonly Definition[];
  /** Whether the model may be a mixture of flows; otherwise a file that holds one is refused. Default false. */
  readonly mixtures?: boolean;
}

/** What `loadAsync` needs besides the bytes. */
export interface LoadAsyncOptions extends LoadOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

const definitions = required({
  test: Array.isArray,
  expected: 'a list of definitions, such as [...coreDefinitions, ...couplingDefinitions]',
});
const signal: OptionCheck = {
  test: (value) => typeof (value as AbortSignal | null)?.aborted === 'boolean',
  expected: 'an AbortSignal',
};

function begin(where: string, bytes: Uint8Array, options: LoadAsyncOptions): Generator<void, Loaded<Density>> {
  requireLittleEndian();
  requireOptions<LoadAsyncOptions>(where, options, { definitions, mixtures: trueOrFalse, signal });
  // By its kind: bytes may come from another realm, as in a test's.
  if (Object.prototype.toString.call(bytes) !== '[object Uint8Array]') {
    const advice = typeof bytes === 'string' ? ' Read the file first.' : '';
    throw new DiffeoError(
      'FILE',
      `${where}: a model file is given as its bytes, a Uint8Array; got ${describeValue(bytes)}.${advice}`,
    );
  }
  return loading(bytes, options.definitions, options.mixtures);
}

/**
 * Reads a model from the bytes of a file. Nothing in it is executed; the definitions of its parts are an argument.
 * A leaf that had not started has no tensor and is `null` again.
 *
 * It costs what the file's own length allows: nothing is made of sizes that a description names before the tensors in the
 * file are held against them.
 *
 * @throws DiffeoError `FILE` for a file that is cut, altered or none of ours; `UNKNOWN_TYPE`, `NEWER_VERSION` and the
 * other codes of {@link hydrate}; `MISSING_TENSOR`, `SURPLUS_TENSOR`, `TENSOR_SHAPE`, `TENSOR_DTYPE`; `OVERFLOW`, where a
 * tensor was rewritten in a wider type and a number does not fit; `NOT_FINITE`.
 */
export function load(bytes: Uint8Array, options: LoadOptions & { readonly mixtures: true }): Loaded<Density>;
export function load(bytes: Uint8Array, options: LoadOptions): Loaded;
export function load(bytes: Uint8Array, options: LoadOptions): Loaded<Density> {
  const steps = begin('load', bytes, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** How long to work before others get their turn, milliseconds. */
const turn = 12;
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * {@link load} that lets others have their turn, every dozen milliseconds or so, and can be ended by a signal: for large files,
 * and for those of strangers.
 *
 * @throws DiffeoError `CANCELLED` when the signal ended it, and what `load` throws.
 */
export async function loadAsync(
  bytes: Uint8Array,
  options: LoadAsyncOptions & { readonly mixtures: true },
): Promise<Loaded<Density>>;
export async function loadAsync(bytes: Uint8Array, options: LoadAsyncOptions): Promise<Loaded>;
export async function loadAsync(bytes: Uint8Array, options: LoadAsyncOptions): Promise<Loaded<Density>> {
  const steps = begin('loadAsync', bytes, options);
  const { signal: ends } = options;
  try {
    let began = performance.now();
    for (;;) {
      if (ends?.aborted) {
        throw new DiffeoError('CANCELLED', 'the model was not read to its end: its signal ended it', {
          cause: ends.reason,
        });
      }
      const { done, value } = steps.next();
      if (done) return value;
      if (performance.now() - began < turn) continue;
      await nextTurn();
      began = performance.now();
    }
  } finally {
    steps.return(undefined as never);
  }
}
