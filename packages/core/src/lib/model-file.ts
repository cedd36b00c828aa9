import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { crc32 } from './checksum.ts';
import type { Definition } from './define.ts';
import { DiffeoError } from './error.ts';
import { type Flow, type FlowParams, flow } from './flow.ts';
import { hydrate } from './hydrate.ts';
import { buildParams, type Leaf, leaves } from './params.ts';
import { type HostTensor, readSafetensors, writeSafetensors } from './safetensors.ts';
import { sameShape } from './shape.ts';

/** The version of what stands in the metadata under `diffeo`. */
const formatVersion = 1;
const dtypes = { float32: 'F32', int32: 'I32' } as const;

/** Words of your own to keep with a model: column names, where the data came from. Not interpreted. */
export type Metadata = Readonly<Record<string, string>>;

type Numbers = Float32Array | Int32Array;

function requireFinite(values: Numbers, path: string): void {
  const at = values.findIndex((value: number) => !Number.isFinite(value));
  if (at < 0) return;
  throw new DiffeoError('NOT_FINITE', `'${path}' holds ${values[at]} at position ${at}: this model is broken`);
}

const littleEndian = /* @__PURE__ */ (() => new Uint8Array(new Uint32Array([1]).buffer)[0] === 1)();
function requireLittleEndian(): void {
  if (!littleEndian) throw new DiffeoError('FILE', 'model files need a little-endian machine');
}

/** Of the tensors in the order of the layout, so that they are held to their names and may stand anywhere in the file. */
const checksum = (spec: string, tensors: Iterable<HostTensor>): string =>
  crc32(new TextEncoder().encode(spec), ...Array.from(tensors, ({ bytes }) => bytes));

/**
 * A model as the bytes of a safetensors file: the tensors under their paths in the parameter tree, the flow's spec as
 * JSON in the metadata. The same model gives the same bytes. Any safetensors reader opens it.
 *
 * @throws DiffeoError `NOT_FINITE` when a parameter is not a finite number.
 */
export async function save(model: Flow, params: FlowParams, { metadata = {} }: { metadata?: Metadata } = {}) {
  requireLittleEndian();
  const tensors = new Map<string, HostTensor>();
  for (const { path, leaf, tensor } of leaves(model.layout, params)) {
    if (!tensor) continue;
    const values = (await tensor.data()) as Numbers;
    requireFinite(values, path);
    const { buffer, byteOffset, byteLength } = values;
    tensors.set(path, {
      dtype: dtypes[leaf.dtype],
      shape: leaf.shape,
      bytes: new Uint8Array(buffer, byteOffset, byteLength),
    });
  }
  const spec = JSON.stringify(model.spec);
  const own = {
    diffeo: spec,
    'diffeo.version': `${formatVersion}`,
    'diffeo.checksum': checksum(spec, tensors.values()),
  };
  return writeSafetensors({ tensors, metadata: { ...metadata, ...own } });
}

function readTensor(path: string, leaf: Leaf, stored: HostTensor): Tensor {
  const dtype = dtypes[leaf.dtype];
  if (stored.dtype !== dtype) {
    throw new DiffeoError('TENSOR_DTYPE', `'${path}' is ${stored.dtype} in the file, and the model needs ${dtype}`);
  }
  if (!sameShape(stored.shape, leaf.shape)) {
    throw new DiffeoError(
      'TENSOR_SHAPE',
      `'${path}' is [${stored.shape.join(', ')}] in the file, and the model needs [${leaf.shape.join(', ')}]`,
    );
  }
  // Not slice(): on Node's Buffer that is a view of the whole file.
  const copy = new Uint8Array(stored.bytes).buffer;
  const values = leaf.dtype === 'int32' ? new Int32Array(copy) : new Float32Array(copy);
  requireFinite(values, path);
  return tensor(values, [...leaf.shape], leaf.dtype);
}

function parseSpec(metadata: Metadata): { spec: unknown; text: string } {
  const { diffeo: text, 'diffeo.version': version = '1' } = metadata;
  if (text === undefined) {
    throw new DiffeoError('FILE', 'this safetensors file holds no Diffeo model: its metadata has no entry "diffeo"');
  }
  if (!/^[1-9]\d{0,8}$/.test(version)) throw new DiffeoError('FILE', `the file's format version reads '${version}'`);
  if (Number(version) > formatVersion) {
    throw new DiffeoError(
      'NEWER_VERSION',
      `the file has format version ${version} and this @diffeo/core reads up to ${formatVersion}. Update @diffeo/core.`,
    );
  }
  try {
    return { spec: JSON.parse(text), text };
  } catch (cause) {
    throw new DiffeoError('FILE', `the model's description is not JSON (${(cause as Error).message})`, { cause });
  }
}

/**
 * Reads a model from the bytes of a file. Nothing in it is executed; the definitions of its parts are an argument.
 * A leaf that had not started has no tensor and is `null` again.
 *
 * @throws DiffeoError `FILE` for a file that is cut, altered or none of ours; `UNKNOWN_TYPE`, `NEWER_VERSION` and the
 * other codes of {@link hydrate}; `MISSING_TENSOR`, `SURPLUS_TENSOR`, `TENSOR_SHAPE`, `TENSOR_DTYPE`; `NOT_FINITE`.
 */
export function load(
  bytes: Uint8Array,
  { definitions }: { readonly definitions: readonly Definition[] },
): { model: Flow; params: FlowParams; metadata: Metadata } {
  requireLittleEndian();
  const file = readSafetensors(bytes);
  const { spec, text } = parseSpec(file.metadata);
  const model = flow(hydrate(spec, definitions));

  const expected = leaves(model.layout, {});
  const missing = expected.find(({ path, leaf }) => !leaf.fromData && !file.tensors.has(path));
  if (missing) throw new DiffeoError('MISSING_TENSOR', `the file has no tensor '${missing.path}'`);
  const known = new Set(expected.map(({ path }) => path));
  const surplus = [...file.tensors.keys()].find((name) => !known.has(name));
  if (surplus) throw new DiffeoError('SURPLUS_TENSOR', `the file holds '${surplus}', which the model has no place for`);

  const { 'diffeo.checksum': sum, diffeo: _, 'diffeo.version': __, ...metadata } = file.metadata;
  const inOrder = expected.flatMap(({ path }) => file.tensors.get(path) ?? []);
  if (sum !== undefined && sum !== checksum(text, inOrder)) {
    throw new DiffeoError('FILE', 'the file was altered after it was saved: its checksum does not match');
  }
  const made: Tensor[] = [];
  try {
    const params = buildParams<FlowParams>(model.layout, (path, leaf) => {
      const stored = file.tensors.get(path);
      if (!stored) return null;
      const read = readTensor(path, leaf, stored);
      made.push(read);
      return read;
    });
    return { model, params, metadata };
  } catch (error) {
    for (const read of made) read.dispose();
    throw error;
  }
}
