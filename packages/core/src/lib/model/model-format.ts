/** What `save` and `load` agree on. */
import { DiffeoError } from '../contract/error.ts';

/** The version of what stands in the metadata under `diffeo`. */
export const formatVersion = 1;
export const dtypes = { float32: 'F32', int32: 'I32' } as const;

/** Words of your own to keep with a model: column names, where the data came from. Not interpreted. */
export type Metadata = Readonly<Record<string, string>>;

export type Numbers = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export function requireFinite(values: Float32Array | Int32Array, path: string): void {
  const at = values.findIndex((value: number) => !Number.isFinite(value));
  if (at < 0) return;
  throw new DiffeoError('NOT_FINITE', `'${path}' holds ${values[at]} at position ${at}: this model is broken`);
}

const littleEndian = /* @__PURE__ */ (() => new Uint8Array(new Uint32Array([1]).buffer)[0] === 1)();
export function requireLittleEndian(): void {
  if (!littleEndian) throw new DiffeoError('FILE', 'model files need a little-endian machine');
}
