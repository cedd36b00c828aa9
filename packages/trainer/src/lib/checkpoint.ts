import { buildParams, DiffeoError, type Flow, type FlowParams, leaves, sizeOf } from '@diffeo/core';
import { tensor } from '@tensorflow/tfjs-core';
import type { Moments } from './descent.ts';
import type { HistoryPoint } from './fit-options.ts';

/** What a run was asked for that its curve depends on. A checkpoint is gone on from with the same. */
export interface RunSettings {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly clipNorm: number;
  readonly seed: number;
  readonly validateEvery: number;
  /** Rows of the data to train on. */
  readonly rows: number;
  /** How many numbers are trained. */
  readonly trained: number;
}

/** The best parameters so far. */
export interface Best {
  readonly params: FlowParams;
  readonly step: number;
  readonly loss: number;
}

/** Where a run stands beside its parameters. */
interface RunState {
  readonly step: number;
  readonly seconds: number;
  readonly history: readonly HistoryPoint[];
  /** Losses since the newest point of the history. */
  readonly losses: readonly number[];
  readonly validated: number | null;
  readonly unimproved: number;
}

/** All that a run needs to go on as though it had not stopped. */
export interface Checkpoint {
  readonly settings: RunSettings;
  readonly state: RunState;
  /** The newest parameters. */
  readonly params: FlowParams;
  readonly moments: Moments;
  readonly best: Best | null;
}

interface Header extends Pick<Checkpoint, 'settings' | 'state'> {
  readonly format: 'diffeo checkpoint 1';
  /** Path, type and shape of every leaf of the flow, in order. */
  readonly leaves: readonly string[];
  readonly best: { readonly step: number; readonly loss: number } | null;
}

const format = 'diffeo checkpoint 1';

const describeLeaves = (model: Flow): string[] =>
  leaves(model.layout, {}).map(({ path, leaf }) => `${path} ${leaf.dtype} [${leaf.shape.join(', ')}]`);

/** The numbers of a tensor, bit by bit: all of ours have four bytes. */
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

async function numbersOf(model: Flow, params: FlowParams): Promise<Uint8Array[]> {
  const tensors = leaves(model.layout, params).flatMap(({ tensor }) => (tensor ? [tensor] : []));
  return await Promise.all(tensors.map(async (tensor) => bytesOf(await tensor.data())));
}

/** A checkpoint as bytes: the length of a JSON header, the header, and the numbers of all tensors. */
export async function packCheckpoint(
  model: Flow,
  { settings, state, params, moments, best }: Checkpoint,
): Promise<Uint8Array> {
  const header: Header = {
    ...{ format, settings, state },
    leaves: describeLeaves(model),
    best: best && { step: best.step, loss: best.loss },
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const parts = [
    new Uint8Array(4),
    text,
    ...(await numbersOf(model, params)),
    bytesOf(moments.mean),
    bytesOf(moments.square),
    ...(best ? await numbersOf(model, best.params) : []),
  ];
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  return bytes;
}

const broken = (cause?: unknown): DiffeoError => new DiffeoError('FILE', 'this is no whole checkpoint', { cause });

function readHeader(bytes: Uint8Array): { readonly header: Header; readonly numbers: Uint8Array } {
  const length = bytes.length < 4 ? bytes.length : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length + 4 > bytes.length) throw broken();
  let header: Header | null;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length)));
  } catch (cause) {
    throw broken(cause);
  }
  if (header?.format !== format) throw broken();
  return { header, numbers: bytes.subarray(4 + length) };
}

/**
 * Reads what {@link packCheckpoint} wrote. The caller owns the parameters.
 *
 * @throws DiffeoError `FILE` for what is no checkpoint, and for one of another flow.
 */
export function unpackCheckpoint(model: Flow, bytes: Uint8Array): Checkpoint {
  const { header, numbers } = readHeader(bytes);
  const [own, found] = [describeLeaves(model), header.leaves];
  const differing = Array.from({ length: Math.max(own.length, found.length) }, (_, i) => i).find(
    (i) => own[i] !== found[i],
  );
  if (differing !== undefined) {
    const [here, there] = [own[differing] ?? 'none', found[differing] ?? 'none'];
    throw new DiffeoError(
      'FILE',
      `the checkpoint is one of another flow: its parameter ${differing} is ${there}, and here it is ${here}`,
    );
  }
  const flowSize = leaves(model.layout, {}).reduce((size, { leaf }) => size + sizeOf(leaf.shape), 0);
  const expected = flowSize * (header.best ? 2 : 1) + 2 * header.settings.trained;
  if (numbers.length !== 4 * expected) throw broken();

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
  const moments = {
    step: header.state.step,
    mean: next(header.settings.trained).slice(),
    square: next(header.settings.trained).slice(),
  };
  const best = header.best && { ...header.best, params: nextParams() };
  return { settings: header.settings, state: header.state, params, moments, best };
}

const named: { readonly [Name in keyof RunSettings]: string } = {
  steps: 'steps',
  batchSize: 'batchSize',
  learningRate: 'learningRate',
  clipNorm: 'clipNorm',
  seed: 'seed',
  validateEvery: 'validateEvery',
  rows: 'the number of rows to train on',
  trained: 'the number of trained parameters',
};

/** @throws DiffeoError `CONFIG` unless a run is asked for what the checkpoint's was. */
export function requireSameRun(asked: RunSettings, { settings }: Pick<Checkpoint, 'settings'>): void {
  for (const [name, what] of Object.entries(named) as [keyof RunSettings, string][]) {
    // JSON has no infinite numbers.
    const [now, then] = [asked[name], settings[name]].map((value) => value ?? Infinity);
    if (now === then) continue;
    throw new DiffeoError('CONFIG', `fit: the checkpoint is of a run in which ${what} was ${then}; here it is ${now}`);
  }
}
