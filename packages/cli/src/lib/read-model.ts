import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiffeoError, type Flow, type FlowParams, isDiffeoError, load, sizeOf } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { definitions } from './definitions.ts';
import { fileError } from './files/file-error.ts';
import { fileKind } from './files/file-kind.ts';
import { type ModelNotes, notesOf } from './model-metadata.ts';
import { standardInput } from './standard-input.ts';

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

/** More than any model that fits into memory. */
const mostBytes = 2 ** 31;

async function readStandardInput(): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    size += piece.length;
    if (size > mostBytes) throw new DiffeoError('FILE', 'what comes on standard input has no end, so it is no model');
  }
  return Buffer.concat(pieces);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return path === standardInput ? await readStandardInput() : await readFile(path);
  } catch (cause) {
    throw fileError(`the model ${path} cannot be read`, cause);
  }
}

/**
 * Starts the backend and reads a model: a file, the folder that `train` wrote, or standard input for `-`. Throws what core's `load` throws, with
 * the path in front.
 */
export async function readModel(given: string): Promise<StoredModel> {
  const path = fileKind(given) === 'folder' ? join(given, modelFile) : given;
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
