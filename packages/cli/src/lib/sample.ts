import { DiffeoError, fold, type Seed, sizeOf } from '@diffeo/core';
import { csvHeader, csvRows } from './csv-text.ts';
import { stopIfCancelled } from './interruption.ts';
import { readModel } from './read-model.ts';
import { resultSink } from './result-sink.ts';

/** What `diffeo sample` was asked to do. */
export interface SampleOptions {
  readonly model: string;
  readonly count: number;
  readonly temperature: number;
  readonly seed: Seed;
  readonly out: string | undefined;
  readonly signal: AbortSignal;
}

/** How many samples are drawn at once. */
const batch = 8192;

/** Columns of a file without a header are called by their numbers, which say nothing: no header then either. */
const areNumbers = (columns: readonly string[]): boolean => columns.every((name) => /^\d+$/.test(name));

/**
 * Draws samples from a model and writes them as CSV, under the names of the columns that it was trained on. Of two runs
 * with one seed, the shorter is the beginning of the longer.
 */
export async function sample({ model: path, count, temperature, seed, out, signal }: SampleOptions): Promise<void> {
  const { model, params, notes } = await readModel(path);
  if (model.contextShape) {
    throw new DiffeoError('CONTEXT', `${path} is conditional: it takes a context, which this command cannot give`);
  }
  const width = sizeOf(model.eventShape);
  const columns = notes.columns ?? Array.from({ length: width }, (_, i) => `x${i + 1}`);
  const sink = resultSink(out);
  try {
    if (!areNumbers(columns)) await sink.write(csvHeader(columns));
    for (let drawn = 0; drawn < count; drawn += batch) {
      await stopIfCancelled(signal);
      const size = Math.min(batch, count - drawn);
      const samples = model.sample(params, { count: size, seed: fold(seed, drawn), temperature });
      const values = (await samples.data()) as Float32Array;
      samples.dispose();
      await sink.write(csvRows(values, width));
    }
    sink.finish();
  } finally {
    sink.close();
  }
}
