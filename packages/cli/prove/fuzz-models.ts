import '@tensorflow/tfjs-backend-cpu';
import {
  type Density,
  disposeParams,
  type FlowSpec,
  flow,
  fold,
  isDiffeoError,
  isFlow,
  type Loaded,
  load,
  normal,
  normalMixture,
  type RandomSource,
  randomSource,
  save,
  sizeOf,
  uniform,
} from '@diffeo/core';
import { padImages, uniformDequantize } from '@diffeo/datasets';
import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { logit, standardise } from '@diffeo/layers-elementwise';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1, permute, reverse } from '@diffeo/layers-linear';
import { type ColumnFacts, type Effort, mixedTable, tableFlow } from '@diffeo/tables';
import { memory, setBackend, tidy } from '@tensorflow/tfjs-core';
import { definitions } from '../src/lib/model/definitions.ts';
import { mutateJson } from './lib/mutate-json.ts';

export const description =
  'A model file whose description, shapes, offsets or metadata were changed in their structure is refused with a DiffeoError of a few lines, or is a model that scores and samples; in less than a second and 300 MB, and no tensor is left behind.';
export const takes = '15 seconds';
export const counts = { whole: 10_000, short: 150 };

const [maxSeconds, maxBytes, longestMessage] = [1, 300e6, 1500];

const specs: readonly FlowSpec[] = [
  { eventShape: [3], layers: [standardise(), ...realNVP({ layers: 2, hidden: [4] }), reverse(), permute({ seed: 3 })] },
  {
    eventShape: [2],
    contextShape: [3],
    layers: realNVP({ layers: 2, hidden: [4] }),
    base: normalMixture({ components: 3 }),
  },
  {
    eventShape: [6, 6, 1],
    dequantize: padImages({ to: [8, 8], dequantizer: uniformDequantize({ bins: 17 }) }),
    layers: [logit(), ...glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels: 2, steps: 1, width: 4 })],
  },
];

/** A model's file as JSON that can be changed: its header, with its description as JSON too, and its tensors. */
interface OpenFile {
  readonly header: Record<string, unknown>;
  readonly data: Uint8Array;
}

async function saved(spec: FlowSpec): Promise<OpenFile> {
  const model = flow(spec);
  const rows = uniform([8, ...model.eventShape], 1);
  const context = model.contextShape ? { context: normal([8, ...model.contextShape], 2) } : {};
  const params = await model.start(model.init(1), rows, context);
  return opened(await save(model, params, { metadata: { columns: 'a,b,c' } }));
}

/** The densities of a table of numbers and of a mixed one, as `train` finds them. */
async function tableFiles(effort: Effort): Promise<readonly OpenFile[]> {
  const random = randomSource(1);
  const count = 48;
  const values = Float32Array.from({ length: 3 * count }, (_, at) => {
    if (at % 3 === 0) return random.normal();
    return at % 3 === 1 ? random.integer(3) : random.integer(5) === 0 ? Number.NaN : random.integer(40);
  });
  const columns: readonly ColumnFacts[] = [
    { name: 'x', kind: 'real' },
    { name: 'kind', kind: 'category', categories: ['a', 'b', 'c'] },
    { name: 'n', kind: 'integer', step: 1 },
  ];
  const numbers = { values: Float32Array.from({ length: 2 * count }, () => random.normal()), count, size: 2 };
  const found = [
    await tableFlow(numbers, { effort, seed: 1 }),
    await mixedTable({ values, count, columns }, { effort }),
  ];
  return await Promise.all(found.map(async ({ model, params }) => opened(await save(model, params))));
}

function opened(bytes: Uint8Array): OpenFile {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const { diffeo, 'diffeo.checksum': _, ...notes } = header.__metadata__;
  return {
    header: { ...header, __metadata__: { ...notes, diffeo: JSON.parse(diffeo) } },
    data: bytes.subarray(8 + length),
  };
}

/** The bytes of such a file. A description that is no longer there, or metadata that are none, stay as they are. */
function closed({ header, data }: OpenFile): Uint8Array {
  const { __metadata__: notes, ...tensors } = header;
  const isRecord = typeof notes === 'object' && notes !== null && 'diffeo' in notes;
  const metadata = isRecord ? { ...notes, diffeo: JSON.stringify(notes.diffeo) } : notes;
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...tensors }));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** Most mutations are of the description alone, where each value means most. */
function mutated({ header, data }: OpenFile, random: RandomSource): OpenFile {
  const changed = structuredClone(header) as Record<string, unknown>;
  const times = 1 + random.integer(3);
  for (let i = 0; i < times; i++) {
    const notes = changed['__metadata__'];
    if (random.integer(5) > 0 && typeof notes === 'object' && notes !== null && 'diffeo' in notes) {
      notes.diffeo = mutateJson(notes.diffeo, random);
    } else {
      const whole = mutateJson(changed, random);
      if (typeof whole === 'object' && whole !== null) Object.assign(changed, whole);
    }
  }
  const cut = random.integer(8) === 0 ? random.integer(data.length + 1) : data.length;
  return { header: changed, data: data.subarray(0, cut) };
}

/** What loaded has to work; a large event would only be slow. */
function use({ model, params }: Loaded<Density>): void {
  const isLarge = sizeOf(model.eventShape) > 1e4 || (isFlow(model) && sizeOf(model.baseShape) > 1e4);
  if (isLarge || isUnstarted(params)) return;
  tidy(() => {
    const context = model.contextShape ? { context: normal(model.contextShape, 1) } : {};
    const noise = model.dequantizes ? { noise: 1 } : {};
    model.sample(params, { count: 2, seed: 1, ...context });
    model.logProb(params, normal([2, ...model.eventShape], 2), { ...context, ...noise });
  });
}

const isUnstarted = (params: unknown): boolean => JSON.stringify(params, nullsOnly).includes('null');
const nullsOnly = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'dataId' in value ? 'tensor' : value;

/** `loaded`, or the code of a refusal. */
function outcomeOf(bytes: Uint8Array): string {
  try {
    const loaded = load(bytes, { definitions, mixtures: true });
    try {
      use(loaded);
    } finally {
      disposeParams(loaded.model.layout, loaded.params);
    }
    return 'loaded';
  } catch (error) {
    if (!isDiffeoError(error)) throw error;
    if (error.message.length > longestMessage)
      throw new Error(`a message of ${error.message.length} characters: ${error.message.slice(0, 300)}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
    if (/[\u0000-\u001f\u007f-\u009f]/.test(error.message))
      throw new Error(`a message that is not to be printed: ${JSON.stringify(error.message)}`);
    return error.code;
  }
}

/** Throws at the first mutation that ends in another error, or costs too much. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  await setBackend('cpu');
  const files = [...(await Promise.all(specs.map(saved))), ...(await tableFiles(count < 1000 ? 'fast' : 'standard'))];
  for (const file of files)
    if (outcomeOf(closed(file)) !== 'loaded') throw new Error('a file that is whole is refused');
  const tensors = memory().numTensors;
  const outcomes = new Map<string, number>();
  let slowest = 0;
  let largest = 0;
  for (let trial = 0; trial < count; trial++) {
    const random = randomSource(fold(seed, trial));
    const bytes = closed(mutated(files[trial % files.length] as OpenFile, random));
    const [began, before] = [process.cpuUsage(), process.memoryUsage().rss];
    try {
      const outcome = outcomeOf(bytes);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const { user, system } = process.cpuUsage(began); // of the clock there is no knowing beside other work
      const [seconds, more] = [(user + system) / 1e6, process.memoryUsage().rss - before];
      slowest = Math.max(slowest, seconds);
      largest = Math.max(largest, more);
      if (seconds > maxSeconds) throw new Error(`it took ${seconds.toFixed(2)} s: ${outcome}`);
      if (more > maxBytes) throw new Error(`it took ${(more / 1e6).toFixed(0)} MB: ${outcome}`);
      if (memory().numTensors !== tensors) throw new Error(`a tensor was left behind: ${outcome}`);
    } catch (cause) {
      throw new Error(`mutation ${trial} of ${bytes.length} bytes: ${(cause as Error).message}`, { cause });
    }
    if ((trial + 1) % 2000 === 0) print(`${trial + 1} mutations`);
  }
  const codes = [...outcomes].sort((a, b) => b[1] - a[1]).map(([code, times]) => `${code}: ${times}`);
  return `${codes.join(', ')}; at most ${(1e3 * slowest).toFixed(0)} ms and ${(largest / 1e6).toFixed(0)} MB`;
}
