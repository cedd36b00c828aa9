import { DiffeoError } from '@diffeo/core';
import { array, exactOptional, type InferOutput, literal, nullable, safeParse, strictObject, string } from 'valibot';
import { environmentSchema } from './environment.ts';
import { jsonOf, realNumber, wholeNumber } from './json-numbers.ts';
import { runSettingsSchema } from './run-settings.ts';

/** The version goes up when what is written changes. */
const format = 'diffeo checkpoint 5';

const point = /* @__PURE__ */ strictObject({
  step: wholeNumber,
  train: realNumber,
  validation: /* @__PURE__ */ exactOptional(realNumber),
});

const runState = /* @__PURE__ */ strictObject({
  step: wholeNumber,
  seconds: realNumber,
  history: /* @__PURE__ */ array(point),
  /** Losses since the newest point of the history. */
  losses: /* @__PURE__ */ array(realNumber),
  /** The newest validation loss. */
  validation: /* @__PURE__ */ nullable(realNumber),
  /** That before the first step. */
  startValidation: /* @__PURE__ */ nullable(realNumber),
  unimproved: wholeNumber,
});

const headerSchema = /* @__PURE__ */ strictObject({
  format: /* @__PURE__ */ literal(format),
  settings: runSettingsSchema,
  environment: environmentSchema,
  state: runState,
  /** The checksum of the flow's description. */
  flow: /* @__PURE__ */ string(),
  /** Path, type and shape of every leaf of the flow, in order. */
  leaves: /* @__PURE__ */ array(/* @__PURE__ */ string()),
  /** How many numbers each leaf of the optimiser's state has. */
  optimiser: /* @__PURE__ */ array(wholeNumber),
  best: /* @__PURE__ */ nullable(/* @__PURE__ */ strictObject({ step: wholeNumber, loss: realNumber })),
});

/** Where a run stands beside its parameters. */
export type RunState = Readonly<InferOutput<typeof runState>>;

/** What stands in a checkpoint before the numbers. */
export type CheckpointHeader = Omit<InferOutput<typeof headerSchema>, 'format'>;

/** The header as it is written. */
export const writeHeader = (header: CheckpointHeader): Uint8Array =>
  new TextEncoder().encode(jsonOf({ format, ...header }));

/** The error for bytes that are not a checkpoint, or not all of one. */
export const brokenCheckpoint = (cause?: unknown): DiffeoError =>
  new DiffeoError('FILE', 'this is not a whole checkpoint: it was cut or altered, or is another file', { cause });

/** @throws DiffeoError `FILE` for what {@link writeHeader} has not written. */
export function readHeader(bytes: Uint8Array): CheckpointHeader {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw brokenCheckpoint(cause);
  }
  const other = (read as { readonly format?: unknown } | null)?.format;
  if (typeof other === 'string' && other !== format) {
    throw new DiffeoError(
      'FILE',
      `this checkpoint has the format '${other}', and this @diffeo/trainer reads '${format}'`,
    );
  }
  const { success, output, issues } = safeParse(headerSchema, read);
  if (!success) throw brokenCheckpoint(issues);
  const { state, settings, best } = output;
  if (state.step > settings.steps || (best && best.step > state.step)) throw brokenCheckpoint();
  return output;
}
