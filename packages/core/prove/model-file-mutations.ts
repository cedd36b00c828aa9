import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import {
  coreDefinitions,
  type Definition,
  disposeParams,
  flow,
  fold,
  isDiffeoError,
  leaves,
  load,
  normal,
  randomSource,
  save,
} from '../src/index.ts';
import { actnormLike, planeCoupling, scaleAndShift } from '../test/example-parts.ts';

export const description =
  'A model file with bytes changed, cut off, left out or repeated is refused with a DiffeoError, or is the very same model; no tensor is left behind.';
export const takes = '10 seconds';
export const counts = { whole: 100_000, short: 300 };

/** Throws at the first mutation that loads as another model, or is refused in another way. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  await setBackend('cpu');
  const definitions = [...coreDefinitions, actnormLike, planeCoupling, scaleAndShift];
  const model = flow({ eventShape: [2], layers: [actnormLike(), planeCoupling(), scaleAndShift()] });
  const params = await model.start(model.init(1), normal([50, 2], 2));
  const saved = await save(model, params, { metadata: { columns: 'a,b' } });
  const expected = contents(load(saved, { definitions }));
  const tensors = memory().numTensors;
  const outcomes = new Map<string, number>();

  for (let trial = 0; trial < count; trial++) {
    const random = randomSource(fold(seed, trial));
    const [name, bytes] = mutated(saved, (most) => Math.floor(random.uniform() * (most + 1)));
    if (Buffer.from(saved).equals(bytes)) continue;
    try {
      const outcome = outcomeOf(bytes, definitions, expected);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (memory().numTensors !== tensors) throw new Error('a tensor was left behind');
    } catch (cause) {
      throw new Error(`mutation ${trial}, ${name}`, { cause });
    }
    if ((trial + 1) % 10_000 === 0) print(`${trial + 1} mutations`);
  }
  return [...outcomes].map(([code, times]) => `${code}: ${times}`).join(', ');
}

/** One mutation of a few kinds, with its name. */
function mutated(saved: Uint8Array, upTo: (most: number) => number): readonly [string, Uint8Array] {
  const bytes = Buffer.from(saved);
  // Half of the mutations fall into the header, where each byte means more.
  const header = Number(bytes.readBigUInt64LE(0)) + 8;
  const at = upTo((upTo(1) === 0 ? header : bytes.length) - 1);
  const kinds: readonly (readonly [string, () => Uint8Array])[] = [
    ['a bit', () => Buffer.from(bytes).fill((bytes[at] as number) ^ (1 << upTo(7)), at, at + 1)],
    ['a run of bytes', () => Buffer.from(bytes).fill(upTo(255), at, Math.min(bytes.length, at + 1 + upTo(30)))],
    ['a digit', () => withDigit(bytes, at, upTo(9))],
    ['cut off', () => bytes.subarray(0, at)],
    ['a piece left out', () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + upTo(40))])],
    ['a piece twice', () => Buffer.concat([bytes.subarray(0, at + 1 + upTo(40)), bytes.subarray(at)])],
    ['bytes at the end', () => Buffer.concat([bytes, Buffer.alloc(1 + upTo(8), upTo(255))])],
  ];
  const [name, mutate] = kinds[upTo(kinds.length - 1)] as (typeof kinds)[number];
  return [`${name} at ${at}`, mutate()];
}

/** The next digit from there on is another one: lengths, shapes and versions that lie. */
function withDigit(bytes: Buffer, from: number, digit: number): Buffer {
  const changed = Buffer.from(bytes);
  const found = changed.subarray(from).findIndex((byte) => byte >= 48 && byte <= 57);
  if (found >= 0) changed[from + found] = 48 + digit;
  return changed;
}

/** `'loaded'` for the same model, or the code of a refusal. */
function outcomeOf(bytes: Uint8Array, definitions: readonly Definition[], expected: string): string {
  try {
    if (contents(load(bytes, { definitions })) !== expected) throw new Error('another model was loaded');
    return 'loaded';
  } catch (error) {
    if (isDiffeoError(error)) return error.code;
    throw error;
  }
}

/** Everything in a model: its description and its numbers. Disposes the parameters. */
function contents({ model, params }: ReturnType<typeof load>): string {
  const numbers = leaves(model.layout, params).map(({ path, tensor }) => [path, Array.from(tensor?.dataSync() ?? [])]);
  disposeParams(model.layout, params);
  return JSON.stringify([model.spec, numbers]);
}
