import { type Density, type SampleOptions, type Seed, sizeOf } from '@diffeo/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { HostArray } from '../data/rows.ts';
import { preparedFor } from './prepared.ts';

/** Samples that are drawn at once. */
export interface SampleBlock {
  readonly begin: number;
  readonly count: number;
  readonly seed: Seed;
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
  model: Density,
  params: unknown,
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
