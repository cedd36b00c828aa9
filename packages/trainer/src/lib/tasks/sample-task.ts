import { disposeParams } from '@diffeo/core';
import type { HostArray } from '../data/rows.ts';
import { defineTask } from '../executor/task.ts';
import { type SampleBlock, sampleBlocks } from '../sampling/sample-blocks.ts';

/** What to draw. */
export interface SampleRequest {
  /** A saved model. */
  readonly file: Uint8Array;
  readonly blocks: readonly SampleBlock[];
  /** A row for each sample, or one for all. */
  readonly context?: HostArray;
  readonly temperature?: number | Readonly<Record<string, number>>;
}

/** Draws blocks of samples: the numbers of each. */
export const sampleTask = defineTask({
  type: '@diffeo/trainer/sample',
  run: async ({ file, blocks, context, temperature }: SampleRequest, { worker }) => {
    const { model, params } = worker.load(file, { mixtures: true });
    try {
      const samples: Float32Array[] = [];
      for await (const drawn of sampleBlocks(model, params, blocks, context, temperature)) samples.push(drawn);
      return samples;
    } finally {
      disposeParams(model.layout, params);
    }
  },
});
