import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { shortList, shortName } from '../arguments/describe-value.ts';
import type { Definition } from '../contract/define.ts';
import { DiffeoError } from '../contract/error.ts';
import { hydrateDensity } from '../contract/hydrate.ts';
import { sameShape } from '../contract/shape.ts';
import type { Density, Flow } from '../flow/flow-contract.ts';
import { densityOf } from '../mixture/density-of.ts';
import { buildParams, type Leaf, leaves, type NamedLeaf } from '../params/params.ts';
import { type RunningChecksum, runningChecksum } from './checksum.ts';
import { type HostTensor, hostFloats, hostIntegers, isFloat } from './host-numbers.ts';
import { dtypes, formatVersion, type Metadata, type Numbers, requireFinite } from './model-format.ts';
import { readSafetensors, type SafetensorsFile } from './safetensors.ts';

/** A model from a file. */
export interface Loaded<M extends Density = Flow> {
  readonly model: M;
  readonly params: ReturnType<M['init']>;
  readonly metadata: Metadata;
}

/** Work between two steps: some milliseconds. */
const bytesEach = 2 ** 22;

/** Holds a tensor of the file to its leaf. */
function requireLeaf({ path, leaf }: NamedLeaf, stored: HostTensor): void {
  if (isFloat(stored.dtype) !== (leaf.dtype === 'float32')) {
    const needed = dtypes[leaf.dtype];
    throw new DiffeoError('TENSOR_DTYPE', `'${path}' is ${stored.dtype} in the file, and the model needs ${needed}`);
  }
  if (sameShape(stored.shape, leaf.shape)) return;
  throw new DiffeoError(
    'TENSOR_SHAPE',
    `'${path}' is [${shortList(stored.shape)}] in the file, and the model needs [${leaf.shape.join(', ')}]`,
  );
}

function readTensor(path: string, leaf: Leaf, stored: HostTensor): Tensor {
  const values: Numbers = (leaf.dtype === 'int32' ? hostIntegers : hostFloats)(path, stored);
  requireFinite(values, path);
  return tensor(values, [...leaf.shape], leaf.dtype);
}

function parseSpec(metadata: Metadata): { spec: unknown; text: string } {
  const { diffeo: text, 'diffeo.version': version = '1' } = metadata;
  if (text === undefined) {
    throw new DiffeoError('FILE', 'this safetensors file holds no Diffeo model: its metadata has no entry "diffeo"');
  }
  if (!/^[1-9]\d{0,8}$/.test(version)) {
    throw new DiffeoError('FILE', `the file's format version reads '${shortName(version, 20)}'`);
  }
  if (Number(version) > formatVersion) {
    throw new DiffeoError(
      'NEWER_VERSION',
      `the file has format version ${version} and this @diffeo/core reads up to ${formatVersion}. Update @diffeo/core.`,
    );
  }
  try {
    return { spec: JSON.parse(text), text };
  } catch (cause) {
    const reason = shortName((cause as Error).message, 200);
    throw new DiffeoError('FILE', `the model's description is not JSON (${reason})`, { cause });
  }
}

/** The description of a model in a file, as plain JSON. */
export const descriptionIn = (bytes: Uint8Array): unknown => parseSpec(readSafetensors(bytes).metadata).spec;

/** Throws unless the file has the tensors that the layout asks for, and no others. Looks at sizes alone. */
function requireTensors(expected: readonly NamedLeaf[], { tensors }: SafetensorsFile): void {
  const missing = expected.find(({ path, leaf }) => !leaf.fromData && !tensors.has(path));
  if (missing) throw new DiffeoError('MISSING_TENSOR', `the file has no tensor '${missing.path}'`);
  const known = new Set(expected.map(({ path }) => path));
  const surplus = [...tensors.keys()].find((name) => !known.has(name));
  if (surplus !== undefined) {
    throw new DiffeoError('SURPLUS_TENSOR', `the file holds '${shortName(surplus)}', which the model has no place for`);
  }
}

/** Adds bytes to a checksum, some at a time. */
function* addInPieces(checksum: RunningChecksum, bytes: Uint8Array): Generator<void, void> {
  for (let begin = 0; begin < bytes.length; begin += bytesEach) {
    checksum.add(bytes.subarray(begin, begin + bytesEach));
    yield;
  }
}

/**
 * Reads a model in steps, between which somebody may stop: tensors that were made by then are disposed. The description
 * comes first and costs what its own length allows, since nothing is made of sizes that it names; then the tensors are held
 * to it; and then their bytes are read.
 */
export function* loading(
  bytes: Uint8Array,
  definitions: readonly Definition[],
  mixtures = false,
): Generator<void, Loaded<Density>> {
  const file = readSafetensors(bytes);
  yield;
  const { spec, text } = parseSpec(file.metadata);
  const densitySpec = hydrateDensity(spec, definitions);
  if (!mixtures && 'members' in densitySpec) {
    const advice = 'load(bytes, { definitions, mixtures: true }) reads it';
    throw new DiffeoError('SPEC', `the file holds a mixture of ${densitySpec.members.length}, not one flow: ${advice}`);
  }
  yield;
  const model = densityOf(densitySpec);
  yield;
  const expected = leaves(model.layout, {});
  requireTensors(expected, file);

  const { 'diffeo.checksum': sum, diffeo: _, 'diffeo.version': __, ...metadata } = file.metadata;
  if (sum !== undefined) {
    const checksum = runningChecksum();
    yield* addInPieces(checksum, new TextEncoder().encode(text));
    for (const { path } of expected) {
      const stored = file.tensors.get(path);
      if (stored) yield* addInPieces(checksum, stored.bytes);
    }
    if (sum !== checksum.read()) {
      throw new DiffeoError('FILE', 'the file was altered after it was saved: its checksum does not match');
    }
  }
  const made = new Map<string, Tensor>();
  let whole = false;
  try {
    for (const named of expected) {
      const stored = file.tensors.get(named.path);
      if (!stored) continue;
      requireLeaf(named, stored);
      made.set(named.path, readTensor(named.path, named.leaf, stored));
      yield;
    }
    whole = true;
  } finally {
    if (!whole) for (const read of made.values()) read.dispose();
  }
  return { model, params: buildParams(model.layout, (path) => made.get(path) ?? null), metadata };
}
