import { describeValue, shortName } from '../arguments/describe-value.ts';
import { anything, record } from '../arguments/option-checks.ts';
import { requireOptions } from '../arguments/require-options.ts';
import { requireParams } from '../arguments/require-params.ts';
import { DiffeoError } from '../contract/error.ts';
import { isObject } from '../contract/is-object.ts';
import type { Density } from '../flow/flow-contract.ts';
import { leaves } from '../params/params.ts';
import { crc32 } from './checksum.ts';
import type { HostTensor } from './host-numbers.ts';
import {
  dtypes,
  formatVersion,
  type Metadata,
  type Numbers,
  requireFinite,
  requireLittleEndian,
} from './model-format.ts';
import { readableSpec } from './readable-spec.ts';
import { writeSafetensors } from './safetensors.ts';

/** Throws unless metadata are what a file can hold and gives back. */
function requireMetadata(metadata: Metadata): void {
  if (!record.test(metadata)) {
    throw new DiffeoError('CONFIG', `save: metadata must be an object of strings; got ${describeValue(metadata)}`);
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (name === 'diffeo' || name.startsWith('diffeo.')) {
      throw new DiffeoError(
        'CONFIG',
        `save: metadata cannot have the name '${shortName(name)}': 'diffeo' and what begins with 'diffeo.' are the file's own`,
      );
    }
    if (typeof value === 'string') continue;
    throw new DiffeoError(
      'CONFIG',
      `save: metadata must be strings; '${shortName(name)}' is ${describeValue(value)}. Write it as text: String(value) or JSON.stringify(value).`,
    );
  }
}

function requireDensity(model: unknown): asserts model is Density {
  if (isObject(model) && isObject(model['spec']) && isObject(model['layout'])) return;
  throw new DiffeoError(
    'SPEC',
    `save: the model must be what flow(), mixture() or load() gives; got ${describeValue(model)}`,
  );
}

/**
 * A model as the bytes of a safetensors file: the tensors under their paths in the parameter tree, the flow's spec as
 * JSON in the metadata. The same model gives the same bytes. Any safetensors reader opens it.
 *
 * What `load` would refuse is refused here, while the parameters still exist.
 *
 * @throws DiffeoError `NOT_FINITE` when a parameter is not a finite number; `PARAMETERS`, `MISSING_TENSOR`, `SURPLUS_TENSOR`,
 * `TENSOR_SHAPE`, `TENSOR_DTYPE` for parameters of another flow; `SPEC` for a flow whose description cannot be read back;
 * `CONFIG` for metadata that are not strings, or have names that are taken.
 */
export async function save<P>(model: Density<P>, params: P, options: { readonly metadata?: Metadata } = {}) {
  requireLittleEndian();
  requireDensity(model);
  requireOptions('save', options, { metadata: anything });
  const { metadata = {} } = options;
  requireMetadata(metadata);
  requireParams(model.layout, params, 'save');
  const spec = readableSpec(model);
  const tensors = new Map<string, HostTensor>();
  for (const { path, leaf, tensor } of leaves(model.layout, params)) {
    if (!tensor) continue;
    if (tensors.has(path)) throw new DiffeoError('SPEC', `save: two parameters have the path '${path}'`);
    const values = (await tensor.data()) as Numbers;
    requireFinite(values, path);
    const { buffer, byteOffset, byteLength } = values;
    tensors.set(path, {
      dtype: dtypes[leaf.dtype],
      shape: leaf.shape,
      bytes: new Uint8Array(buffer, byteOffset, byteLength),
    });
  }
  // Of the tensors in the order of the layout, so that they are held to their names and may stand anywhere in the file.
  const sum = crc32(new TextEncoder().encode(spec), ...Array.from(tensors.values(), ({ bytes }) => bytes));
  const own = { diffeo: spec, 'diffeo.version': `${formatVersion}`, 'diffeo.checksum': sum };
  return writeSafetensors({ tensors, metadata: { ...metadata, ...own } });
}
