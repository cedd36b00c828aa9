import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiffeoError, type Flow, type FlowParams, isDiffeoError, load, sizeOf } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { definitions } from './definitions.ts';
import { reasonOf } from './file-error.ts';
import { type ModelNotes, notesOf } from './model-metadata.ts';

/** The name of the model file in the folder that `train` writes. */
export const modelFile = 'model.safetensors';

/** A model from a file. */
export interface StoredModel {
  readonly path: string;
  readonly bytes: number;
  readonly model: Flow;
  readonly params: FlowParams;
  readonly notes: ModelNotes;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new DiffeoError('FILE', `the model ${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Starts the backend and reads a model: a file, or the folder that `train` wrote. Throws what core's `load` throws, with
 * the path in front.
 */
export async function readModel(given: string): Promise<StoredModel> {
  const folder = statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const path = folder ? join(given, modelFile) : given;
  const bytes = await readBytes(path);
  await useWasm();
  try {
    const { model, params, metadata } = load(bytes, { definitions });
    return { path, bytes: bytes.byteLength, model, params, notes: notesOf(metadata, sizeOf(model.eventShape)) };
  } catch (cause) {
    if (!isDiffeoError(cause)) throw cause;
    // A number in the file that is not finite is bad input, not a failure of this run.
    throw new DiffeoError(cause.code === 'NOT_FINITE' ? 'FILE' : cause.code, `${path}: ${cause.message}`, { cause });
  }
}
