import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Metadata } from '@diffeo/core';

/** A model file in a run's folder, as far as it says whose it is. */
export interface FoundModel {
  readonly sha256: string;
  /** What `train` noted in it; nothing of a file that is not a model. */
  readonly metadata: Metadata;
}

/** The SHA-256 of bytes in hexadecimal digits. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The metadata in the header of a safetensors file: a length of 8 bytes, and JSON. */
function metadataIn(bytes: Buffer): Metadata {
  try {
    const end = 8 + Number(bytes.readBigUInt64LE(0));
    const { __metadata__: metadata } = JSON.parse(bytes.toString('utf8', 8, end));
    return Object.fromEntries(Object.entries(metadata).filter(([, value]) => typeof value === 'string')) as Metadata;
  } catch {
    return {};
  }
}

/** What the model file at a path says of itself; `null` when there is none that can be read. */
export function findModel(path: string): FoundModel | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return null;
  }
  return { sha256: sha256(bytes), metadata: metadataIn(bytes) };
}
