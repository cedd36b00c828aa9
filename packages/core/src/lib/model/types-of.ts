import { isObject } from '../contract/is-object.ts';
import type { DensitySpec } from '../flow/flow-spec.ts';
import { descriptionIn } from './loading.ts';

/**
 * The types of all parts that a model consists of, parts inside parts included, each once and before those inside it: of a spec, or of
 * the bytes of a model file. For finding their definitions: nothing is built, and nothing that the file names is executed.
 *
 * @throws DiffeoError `FILE`, `NEWER_VERSION` for bytes that are not a model.
 */
export function typesOf(model: DensitySpec | Uint8Array): readonly string[] {
  const types = new Set<string>();
  // Not recursive: a file may nest as deep as it likes.
  const waiting: unknown[] = [ArrayBuffer.isView(model) ? descriptionIn(model) : model];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (!Array.isArray(value) && !isObject(value)) continue;
    if ('$type' in value && typeof value['$type'] === 'string') types.add(value['$type']);
    for (const entry of Object.values(value).reverse()) if (typeof entry === 'object') waiting.push(entry);
  }
  return [...types];
}
