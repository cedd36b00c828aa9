import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import type { Json } from '../jobs/json.ts';
import type { Root } from './root.ts';
import { exists, writeOutput } from './write-output.ts';

/** A file that jobs share, such as a model: where it lies in the root, and the hash of its bytes. A worker refuses other bytes. */
export type InputRef = {
  readonly path: string;
  /** In hexadecimal. */
  readonly sha256: string;
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Puts a file that jobs share into a run's folder, under its hash, so that nobody changes it while they run. */
export async function storeInput(root: Root, folder: string, bytes: Uint8Array, ending: string): Promise<InputRef> {
  const hash = sha256(bytes);
  const ref = { path: join(folder, 'inputs', `${hash}${ending}`), sha256: hash };
  const path = root.inside(ref.path);
  await mkdir(dirname(path), { recursive: true });
  if (!(await exists(path))) await writeOutput(path, bytes);
  return ref;
}

/** @throws DiffeoError `CONFIG` unless a value in a job's request is a reference to an input. */
export function requireInput(value: Json | undefined): InputRef {
  const { path, sha256: hash } = (value ?? {}) as Partial<InputRef>;
  if (typeof path === 'string' && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash))
    return { path, sha256: hash };
  throw new DiffeoError('CONFIG', 'the job names no input: { path, sha256 }');
}

/** Reads an input. @throws DiffeoError `FILE` where it is missing or its bytes are others. */
export async function readInput(root: Root, ref: InputRef): Promise<Uint8Array> {
  const path = root.inside(ref.path);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new DiffeoError('FILE', `the input ${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
  if (sha256(bytes) === ref.sha256) return bytes;
  throw new DiffeoError('FILE', `the input ${path} is not the one that the job names: its bytes have another SHA-256`);
}
