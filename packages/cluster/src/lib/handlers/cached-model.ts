import { type Definition, type Density, disposeParams, load, type Metadata } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { type InputRef, readInput } from '../files/inputs.ts';
import type { Root } from '../files/root.ts';

/** A model that was read, ready to use. */
export interface CachedModel {
  readonly model: Density;
  readonly params: unknown;
  readonly metadata: Metadata;
}

/**
 * Reads models by their hash and keeps the last one: the jobs of a run have the same. Models are read and used one call after the
 * other, so that none is disposed of in the middle of a job.
 */
export function modelCache(definitions: readonly Definition[]) {
  let kept: { readonly sha256: string; readonly found: CachedModel } | null = null;
  let before: Promise<unknown> = Promise.resolve();

  async function find(root: Root, ref: InputRef): Promise<CachedModel> {
    if (kept?.sha256 === ref.sha256) return kept.found;
    await useWasm();
    const found = load(await readInput(root, ref), { definitions, mixtures: true });
    if (kept) disposeParams(kept.found.model.layout, kept.found.params);
    kept = { sha256: ref.sha256, found };
    return found;
  }

  return <T>(root: Root, ref: InputRef, use: (model: CachedModel) => Promise<T>): Promise<T> => {
    const used = before.then(async () => await use(await find(root, ref)));
    before = used.catch(() => undefined);
    return used;
  };
}
