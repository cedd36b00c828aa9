import { type Density, disposeParams, fold, type SampleOptions, type Seed, save, sizeOf } from '@diffeo/core';
import { anything, requireOptions, seedNumber, wholeNumber } from '@diffeo/core/arguments';
import { rowsOption, rowsTogether } from '../data/batch-size.ts';
import { holdContext, holdParams, requireDensity } from '../data/hold.ts';
import { requireNumbers } from '../data/require-finite.ts';
import { type HostArray, toHostDataset } from '../data/rows.ts';
import type { Workers, WorkersOptions } from '../executor/workers.ts';
import { sampleTask } from '../tasks/sample-task.ts';
import { shard } from '../tasks/shard.ts';
import { withWorkers } from '../tasks/start-workers.ts';
import { workersOption } from '../tasks/workers-option.ts';
import { type SampleBlock, sampleBlocks } from './sample-blocks.ts';

/** What to draw, and where. */
export interface DrawOptions extends SampleOptions {
  /** How many are drawn at once. Samples depend on it. Default {@link rowsTogether}. */
  readonly batchSize?: number;
  /** Workers to draw on, or how many to start for it. Default: this thread alone. */
  readonly workers?: number | WorkersOptions | Workers;
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
export async function sample<P>(model: Density<P>, params: P, options: DrawOptions): Promise<Float32Array> {
  requireDensity(model, 'sample');
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
  model: Density,
  params: unknown,
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
    const answers = await pool.runOnEach(sampleTask, (index) => ({
      file,
      blocks: shard(blocks, index, pool.count),
      ...(hostContext && { context: hostContext }),
      ...(temperature !== undefined && { temperature }),
    }));
    for (const [i, drawn] of answers.flat().entries()) place(drawn, blocks[i] as SampleBlock);
  });
  return values;
}
