import {
  disposeParams,
  type Flow,
  type FlowParams,
  fold,
  type SampleOptions,
  type Seed,
  save,
  sizeOf,
} from '@diffeo/core';
import { anything, requireOptions, seedNumber, wholeNumber } from '@diffeo/core/arguments';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { rowsOption, rowsTogether } from '../data/batch-size.ts';
import { holdContext, holdParams, requireFlow } from '../data/hold.ts';
import { requireNumbers } from '../data/require-finite.ts';
import { type HostArray, toHostDataset } from '../data/rows.ts';
import type { SampleBlock } from '../parallel/messages.ts';
import { shard } from '../parallel/shard.ts';
import { type Workers, type WorkersOptions, withWorkers } from '../parallel/workers.ts';
import { workersOption } from '../parallel/workers-option.ts';
import { preparedFor } from './prepared.ts';

/** What to draw, and where. */
export interface DrawOptions extends SampleOptions {
  /** How many are drawn at once. Samples depend on it. Default {@link rowsTogether}. */
  readonly batchSize?: number;
  /** Workers to draw on, or how many to start for it. Default: this thread alone. */
  readonly workers?: number | WorkersOptions | Workers;
}

function contextRows({ shape, dtype, values }: HostArray, begin: number, count: number): Tensor {
  const width = sizeOf(shape.slice(1));
  const one = shape[0] === 1;
  const rows = one ? values : values.slice(begin * width, (begin + count) * width);
  // tfjs takes no views of shared memory.
  return tensor(rows.slice(), [one ? 1 : count, ...shape.slice(1)], dtype);
}

/** The samples of each block, as numbers, one block after another. */
export async function* sampleBlocks(
  model: Flow,
  params: FlowParams,
  blocks: readonly SampleBlock[],
  context: HostArray | undefined,
  temperature: SampleOptions['temperature'],
): AsyncGenerator<Float32Array> {
  const ready = preparedFor(model, params, blocks.length);
  const options = temperature === undefined ? {} : { temperature };
  try {
    for (const { begin, count, seed } of blocks) {
      const rows = context && contextRows(context, begin, count);
      try {
        const drawn = ready.sample({ count, seed, ...(rows && { context: rows }), ...options });
        const values = (await drawn.data()) as Float32Array;
        drawn.dispose();
        yield values;
      } finally {
        rows?.dispose();
      }
    }
  } finally {
    ready.dispose();
  }
}

function blocksOf(count: number, batchSize: number, seed: Seed): SampleBlock[] {
  return Array.from({ length: Math.ceil(count / batchSize) }, (_, i) => ({
    begin: i * batchSize,
    count: Math.min(batchSize, count - i * batchSize),
    seed: fold(seed, i),
  }));
}

/**
 * Any number of samples, in blocks that fit into memory: the values of `[count, ...eventShape]`, row after row. The same
 * seed and block size give the same samples on any number of workers.
 *
 * @throws DiffeoError `SHAPE`, `SEED`, `CONTEXT`, `TEMPERATURE`, `CONFIG` for what does not fit; `WORKER` when a worker dies.
 */
export async function sample(model: Flow, params: FlowParams, options: DrawOptions): Promise<Float32Array> {
  requireFlow(model, 'sample');
  requireOptions<DrawOptions>(
    'sample',
    options,
    {
      count: { ...wholeNumber({ code: 'SHAPE' }), required: true },
      seed: { ...seedNumber, required: true },
      context: anything,
      temperature: anything,
      batchSize: rowsOption,
      workers: workersOption,
    },
    { n: 'count', size: 'count', samples: 'count' },
  );
  const held = holdParams(model, params, 'sample');
  const context = holdContext(model, options.context, options.count);
  try {
    const host = context && (await toHostDataset({ x: context })).x;
    if (host) requireNumbers({ values: host.values, shape: host.shape, data: 'the samples', inContext: true });
    return await sampleHeld(model, held, options, host);
  } finally {
    disposeParams(model.layout, held);
    context?.dispose();
  }
}

/** {@link sample} of what was checked and is held. */
async function sampleHeld(
  model: Flow,
  params: FlowParams,
  { count, seed, temperature, batchSize = rowsTogether(model), workers }: DrawOptions,
  hostContext: HostArray | undefined,
): Promise<Float32Array> {
  const blocks = blocksOf(count, batchSize, seed);
  const values = new Float32Array(count * sizeOf(model.eventShape));
  const place = (drawn: Float32Array, { begin }: SampleBlock) => values.set(drawn, begin * sizeOf(model.eventShape));
  if (!workers) {
    let next = 0;
    for await (const drawn of sampleBlocks(model, params, blocks, hostContext, temperature)) {
      place(drawn, blocks[next++] as SampleBlock);
    }
    return values;
  }
  const file = await save(model, params);
  await withWorkers(model, workers, async (pool) => {
    const answers = await pool.ask((index) => ({
      type: 'sample',
      file,
      blocks: shard(blocks, index, pool.count),
      ...(hostContext && { context: hostContext }),
      ...(temperature !== undefined && { temperature }),
    }));
    for (const [i, drawn] of answers.flat().entries()) place(drawn, blocks[i] as SampleBlock);
  });
  return values;
}
