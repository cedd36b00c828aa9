/** One tensor of a safetensors file. */
export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const readers = {
  F32: (view: DataView, at: number) => view.getFloat32(at, true),
  I32: (view: DataView, at: number) => view.getInt32(at, true),
};

/**
 * Reads a safetensors file, written from the description of the format (https://huggingface.co/docs/safetensors) and
 * sharing nothing with the reader of `@diffeo/core`: eight bytes with the header's length, the header in JSON, the data
 * without gaps. Little-endian, row-major.
 */
export function readSafetensors(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start));
  if (!text.startsWith('{')) throw new Error('the header must begin with {');
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(text) as Record<string, Record<string, unknown>>;
  if (Object.values(metadata).some((value) => typeof value !== 'string')) throw new Error('metadata must be text');

  const tensors = new Map<string, StoredTensor>();
  const covered: (readonly [begin: number, end: number])[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = entry as {
      dtype: keyof typeof readers;
      shape: number[];
      data_offsets: [number, number];
    };
    const [begin, end] = offsets;
    const count = shape.reduce((product, size) => product * size, 1);
    if (end - begin !== 4 * count) throw new Error(`${name} has ${end - begin} bytes for ${count} numbers`);
    const values = Array.from({ length: count }, (_, i) => readers[dtype](view, start + begin + 4 * i));
    tensors.set(name, { dtype, shape, values });
    covered.push(offsets);
  }
  let reached = 0;
  for (const [begin, end] of covered.sort(([a], [b]) => a - b)) {
    if (begin !== reached) throw new Error(`the data has a gap or an overlap at ${reached}`);
    reached = end;
  }
  if (start + reached !== bytes.length) throw new Error('the file goes on after its tensors');
  return { metadata: metadata as Readonly<Record<string, string>>, tensors };
}
