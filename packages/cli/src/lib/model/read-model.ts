import { join } from 'node:path';
import {
  type Density,
  DiffeoError,
  type Flow,
  type FlowParams,
  isDiffeoError,
  isFlow,
  load,
  sizeOf,
} from '@diffeo/core';
import { nameInMessage, readBytes, readStreamBytes } from '@diffeo/datasets/node';
import { useWasm } from '@diffeo/trainer';
import { fileKind } from '../files/file-kind.ts';
import { standardInput } from '../terminal/standard-input.ts';
import { knownDefinitions } from './definitions.ts';
import { type ModelNotes, notesOf } from './model-metadata.ts';

/** The name of the model file in the folder that `train` writes. */
export const modelFile = 'model.safetensors';

/** A model from a file. */
export interface StoredModel {
  readonly path: string;
  readonly bytes: number;
  readonly model: Density;
  readonly params: unknown;
  readonly notes: ModelNotes;
}

/** The longest header of the format. */
const maxHeader = 100_000_000;

/** Whether bytes are those of a text, such as a table has. */
const isText = (bytes: Uint8Array): boolean => bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));

/** Throws `FILE` when a file cannot be a model by its first eight bytes, the length of its header. */
function checkBeginning(head: Uint8Array, path: string): void {
  if (head.length < 8) return;
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  if (length >= 2n && length <= maxHeader) return;
  if (isText(head.subarray(0, 8))) {
    throw new DiffeoError(
      'FILE',
      `${path}: this is a text, and no model: give the folder that train wrote, or the ${modelFile} in it. diffeo train makes one of a table`,
    );
  }
  throw new DiffeoError('FILE', `${path}: this is not a whole safetensors file: its header has ${length} bytes`);
}

/**
 * Starts the backend and reads a model: a file, the folder that `train` wrote, or standard input for `-`. Throws what core's `load` throws, with
 * the path in front.
 */
export async function readModel(given: string): Promise<StoredModel> {
  const path = fileKind(given) === 'folder' ? join(given, modelFile) : given;
  const name = nameInMessage(path);
  const how = { name: `the model ${name}`, check: (head: Uint8Array) => checkBeginning(head, name) };
  const bytes = path === standardInput ? await readStreamBytes(process.stdin, how) : await readBytes(path, how);
  await useWasm();
  try {
    const { model, params, metadata } = load(bytes, { definitions: knownDefinitions(), mixtures: true });
    const notes = notesOf(metadata, sizeOf(model.eventShape), sizeOf(model.contextShape ?? [0]));
    return { path, bytes: bytes.byteLength, model, params, notes };
  } catch (cause) {
    if (!isDiffeoError(cause)) throw cause;
    // A number in the file that is not finite is bad input, not a failure of this run.
    throw new DiffeoError(cause.code === 'NOT_FINITE' ? 'FILE' : cause.code, `${name}: ${cause.message}`, { cause });
  }
}

/** Throws `USAGE` unless a model is one flow: what goes from data to the base and back takes no mixture. */
export function requireOneFlow(
  { path, model, params }: StoredModel,
  command: string,
): {
  readonly model: Flow;
  readonly params: FlowParams;
} {
  if (isFlow(model)) return { model, params: params as FlowParams };
  throw new DiffeoError('USAGE', `${command} takes one flow, and ${path} is a mixture of several`);
}
