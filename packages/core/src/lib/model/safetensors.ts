/**
 * The safetensors format (https://github.com/huggingface/safetensors): eight bytes with the header's length, little
 * endian; a JSON header; the tensors, one after another. Reading checks everything before it allocates anything.
 */

import { describeValue, shortList, shortName } from '../arguments/describe-value.ts';
import { DiffeoError } from '../contract/error.ts';
import { isObject } from '../contract/is-object.ts';
import { areSizes, sizeOf } from '../contract/shape.ts';
import { type Dtype, dtypeNames, type HostTensor, numberSize } from './host-numbers.ts';

/** What a safetensors file holds. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit on the header. */
const largestHeader = 100_000_000;
const broken = (message: string, cause?: unknown): DiffeoError =>
  new DiffeoError('FILE', `this is not a whole safetensors file: ${message}`, {
    cause,
  });

/**
 * The bytes of a safetensors file. The header is padded so that the data begins at a multiple of 8.
 *
 * @throws DiffeoError `FILE` where names and metadata are more than a header may hold.
 */
export function writeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, bytes }]) => {
    const begin = end;
    end += bytes.byteLength;
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify({
    __metadata__: metadata,
    ...Object.fromEntries(entries),
  });
  const unpadded = new TextEncoder().encode(json);
  if (unpadded.length > largestHeader - 8) {
    throw new DiffeoError(
      'FILE',
      `the description and metadata take ${unpadded.length} bytes, and a safetensors header has ${largestHeader} at most`,
    );
  }
  const header = new Uint8Array(Math.ceil(unpadded.length / 8) * 8).fill(0x20);
  header.set(unpadded);
  const file = new Uint8Array(8 + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at);
    at += bytes.byteLength;
  }
  return file;
}

function readHeader(file: Uint8Array): {
  header: Readonly<Record<string, unknown>>;
  data: Uint8Array;
} {
  if (file.byteLength < 8) throw broken(`it has ${file.byteLength} bytes, and the header's length alone takes 8`);
  const claimed = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  if (claimed > BigInt(Math.min(largestHeader, file.byteLength - 8))) {
    throw broken(`it says that its header has ${claimed} bytes, and ${file.byteLength - 8} follow`);
  }
  const length = Number(claimed);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length)));
  } catch (cause) {
    throw broken(`its header is not JSON (${shortName((cause as Error).message, 200)})`, cause);
  }
  if (!isObject(header)) throw broken('its header is not a JSON object');
  return { header, data: file.subarray(8 + length) };
}

/** A tensor's entry in the header: exactly these three, each as the format says. */
function readEntry(name: string, value: unknown) {
  const said = shortName(name);
  const { dtype, shape, data_offsets, ...more } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const size = typeof dtype === 'string' ? numberSize(dtype) : undefined;
  if (size === undefined) {
    throw broken(`'${said}': dtype must be one of ${dtypeNames()}; it is ${describeValue(dtype)}`);
  }
  if (!areSizes(shape, 0)) throw broken(`'${said}': shape must be a list of sizes`);
  if (!areSizes(data_offsets, 0) || data_offsets.length !== 2)
    throw broken(`'${said}': data_offsets must be two places`);
  const [surplus] = Object.keys(more);
  if (surplus !== undefined) throw broken(`'${said}': the format has no '${shortName(surplus)}'`);
  const [begin, end] = data_offsets as readonly [number, number];
  const bytes = sizeOf(shape) * size;
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) {
    throw broken(`'${said}' has the shape [${shortList(shape)}] and spans ${end - begin} bytes`);
  }
  return { name, dtype: dtype as Dtype, shape, begin, end } as const;
}

function readMetadata(value: unknown = {}): Readonly<Record<string, string>> {
  const isText = isObject(value) && Object.values(value).every((text) => typeof text === 'string');
  if (isText) return value as Readonly<Record<string, string>>;
  throw broken('__metadata__ must hold strings only');
}

/**
 * Reads a safetensors file: tensors of floats of 64, 32 and 16 bits (`F64`, `F32`, `F16`, `BF16`), of whole numbers and of booleans.
 * The tensors' bytes are views of `file`.
 *
 * @throws DiffeoError `FILE` when a length, an offset, a type or a size is not as it should be, when tensors overlap or
 * leave gaps, or when the file ends early or goes on after its last tensor.
 */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const { header, data } = readHeader(file);
  const { __metadata__, ...rest } = header;
  const metadata = readMetadata(__metadata__);
  const entries = Object.entries(rest).map(([name, value]) => readEntry(name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== expected)
      throw broken(`'${shortName(name)}' begins at byte ${begin} of the data, not at ${expected}`);
    expected = end;
  }
  if (expected !== data.byteLength) throw broken(`its tensors take ${expected} bytes and ${data.byteLength} follow`);
  return {
    metadata,
    tensors: new Map(
      entries.map(({ name, dtype, shape, begin, end }) => [name, { dtype, shape, bytes: data.subarray(begin, end) }]),
    ),
  };
}
