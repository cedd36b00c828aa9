import type { Tensor } from '@tensorflow/tfjs-core';
import { requireOptions } from '../arguments/require-options.ts';
import { DiffeoError } from '../contract/error.ts';
import type { StartingChunk, StartingData } from '../contract/parts/part.ts';
import { tidied } from '../gradients/engine.ts';
import { chunkChecks, requireChunks } from './flow-arguments.ts';
import type { StartingRows, StartingSource } from './flow-contract.ts';
import { startFromChunk, streamedData } from './starting-data.ts';

/** Disposes what a chunk holds beside the tensors that were given. */
function disposeChunk({ x, call }: StartingChunk, given: readonly (Tensor | undefined)[]): void {
  for (const tensor of [x, call.context]) if (!given.includes(tensor)) tensor?.dispose();
}

/**
 * Runs `start` on what a flow was given to start from: a tensor, or a function that gives chunks anew for each pass. `chunkOf` makes
 * of rows what parts take; what it makes is disposed when the rows are done with. `context` is the one that was given for all rows.
 *
 * @throws DiffeoError `DATA` where there are no rows, `CONFIG` for what is not a chunk, and what `chunkOf` throws.
 */
export async function startFrom<T>(
  data: Tensor | StartingSource,
  context: Tensor | undefined,
  chunkOf: (rows: StartingRows) => StartingChunk,
  start: (data: StartingData) => Promise<T>,
): Promise<T> {
  if (typeof data === 'function') {
    return await start(
      streamedData(async function* () {
        for await (const rows of requireChunks(data())) {
          requireOptions('start, a chunk', rows, chunkChecks);
          const chunk = tidied(() => chunkOf(rows));
          try {
            if (chunk.x.shape[0] !== 0) yield chunk;
          } finally {
            disposeChunk(chunk, [rows.x, rows.context, context]);
          }
        }
      }),
    );
  }
  const chunk = tidied(() => chunkOf({ x: data }));
  if (chunk.x.shape[0] === 0) throw new DiffeoError('DATA', 'start needs at least one row of data');
  try {
    return await startFromChunk(chunk, start);
  } finally {
    disposeChunk(chunk, [data, context]);
  }
}
