import {
  buildParams,
  crc32,
  DiffeoError,
  disposeParams,
  type Flow,
  type FlowParams,
  leaves,
  sizeOf,
} from '@diffeo/core';
import { tensor } from '@tensorflow/tfjs-core';
import type { OptimiserState } from '../optimisers/optimiser-state.ts';
import type { Best } from './best-so-far.ts';
import {
  brokenCheckpoint,
  type CheckpointHeader,
  type RunState,
  readHeader,
  writeHeader,
} from './checkpoint-header.ts';
import type { Environment } from './environment.ts';
import type { RunSettings } from './run-settings.ts';

/** All that a run needs to go on as though it had not stopped. */
export interface Checkpoint {
  readonly settings: RunSettings;
  readonly environment: Environment;
  readonly state: RunState;
  /** The newest parameters. */
  readonly params: FlowParams;
  readonly optimiser: OptimiserState;
  readonly best: Best | null;
}

/** Disposes the tensors of a checkpoint. */
export function disposeCheckpoint(model: Flow, { params, best }: Checkpoint): void {
  disposeParams(model.layout, params);
  if (best) disposeParams(model.layout, best.params);
}

const describeLeaves = (model: Flow): string[] =>
  leaves(model.layout, {}).map(({ path, leaf }) => `${path} ${leaf.dtype} [${leaf.shape.join(', ')}]`);

const describeFlow = (model: Flow): string => crc32(new TextEncoder().encode(JSON.stringify(model.spec)));

/** The numbers of a tensor, bit by bit: all of ours have four bytes. */
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

async function numbersOf(model: Flow, params: FlowParams): Promise<Uint8Array[]> {
  const tensors = leaves(model.layout, params).flatMap(({ tensor }) => (tensor ? [tensor] : []));
  return await Promise.all(tensors.map(async (tensor) => bytesOf(await tensor.data())));
}

/** Bytes before the header: the checksum of all that follows it, and the length of the header. */
const prefix = 8;

const checksum = (bytes: Uint8Array): number => Number.parseInt(crc32(bytes), 16);

/**
 * A checkpoint as bytes: a CRC-32 of all that follows, the length of a JSON header, the header, and the numbers of all
 * tensors.
 */
export async function packCheckpoint(
  model: Flow,
  { settings, environment, state, params, optimiser, best }: Checkpoint,
): Promise<Uint8Array> {
  const header = writeHeader({
    ...{ settings, environment, state, flow: describeFlow(model), leaves: describeLeaves(model) },
    optimiser: optimiser.leaves.map(({ length }) => length),
    best: best && { step: best.step, loss: best.loss },
  });
  const parts = [
    new Uint8Array(prefix),
    header,
    ...(await numbersOf(model, params)),
    ...optimiser.leaves.map(bytesOf),
    ...(optimiser.average ? [bytesOf(optimiser.average)] : []),
    ...(best ? await numbersOf(model, best.params) : []),
  ];
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const view = new DataView(bytes.buffer);
  view.setUint32(4, header.length, true);
  view.setUint32(0, checksum(bytes.subarray(4)), true);
  return bytes;
}

/** Takes a checkpoint apart. Every byte is held to the checksum, so that what follows looks at what was written. */
function split(bytes: Uint8Array): { readonly header: CheckpointHeader; readonly numbers: Uint8Array } {
  if (bytes.length < prefix) throw brokenCheckpoint();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = prefix + view.getUint32(4, true);
  if (end > bytes.length || view.getUint32(0, true) !== checksum(bytes.subarray(4))) throw brokenCheckpoint();
  return { header: readHeader(bytes.subarray(prefix, end)), numbers: bytes.subarray(end) };
}

/** @throws DiffeoError `FILE` unless a checkpoint is one of this flow. */
function requireSameFlow(model: Flow, { leaves: found, flow }: CheckpointHeader): void {
  const other = 'the checkpoint is one of another flow';
  const own = describeLeaves(model);
  const differing = Array.from({ length: Math.max(own.length, found.length) }, (_, i) => i).find(
    (i) => own[i] !== found[i],
  );
  if (differing !== undefined) {
    const [here, there] = [own[differing] ?? 'none', found[differing] ?? 'none'];
    throw new DiffeoError('FILE', `${other}: its parameter ${differing} is ${there}, and here it is ${here}`);
  }
  if (flow !== describeFlow(model)) {
    throw new DiffeoError(
      'FILE',
      `${other}: its parameters have the same shapes, and its layers another configuration`,
    );
  }
}

/**
 * Reads what {@link packCheckpoint} wrote. The caller owns the parameters.
 *
 * @throws DiffeoError `FILE` for what is not a checkpoint, is not as it was written, or is one of another flow.
 */
export function unpackCheckpoint(model: Flow, bytes: Uint8Array): Checkpoint {
  const { header, numbers } = split(bytes);
  requireSameFlow(model, header);
  const flowSize = leaves(model.layout, {}).reduce((size, { leaf }) => size + sizeOf(leaf.shape), 0);
  const { trained, ema } = header.settings;
  const stateSize = header.optimiser.reduce((sum, size) => sum + size, 0);
  const expected = flowSize * (header.best ? 2 : 1) + stateSize + (ema === null ? 0 : trained);
  if (trained > flowSize || numbers.length !== 4 * expected) throw brokenCheckpoint();

  // Copied to begin at a multiple of 4. Not by slice, which gives a view where the bytes are Node's.
  const { buffer } = new Uint8Array(numbers);
  let at = 0;
  const next = (size: number): Float32Array => {
    at += 4 * size;
    return new Float32Array(buffer, at - 4 * size, size);
  };
  const nextParams = (): FlowParams =>
    buildParams<FlowParams>(model.layout, (_, { shape, dtype }) => {
      const { byteOffset, length } = next(sizeOf(shape));
      const values =
        dtype === 'int32' ? new Int32Array(buffer, byteOffset, length) : new Float32Array(buffer, byteOffset, length);
      return tensor(values.slice(), [...shape], dtype);
    });
  const params = nextParams();
  const optimiser = {
    step: header.state.step,
    leaves: header.optimiser.map((size) => next(size).slice()),
    ...(ema !== null && { average: next(trained).slice() }),
  };
  const best = header.best && { ...header.best, params: nextParams() };
  const { settings, environment, state } = header;
  return { settings, environment, state, params, optimiser, best };
}
