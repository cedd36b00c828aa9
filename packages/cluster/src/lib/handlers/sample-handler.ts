import { type Definition, DiffeoError, fold, sizeOf } from '@diffeo/core';
import { type Column, encodeTable, onSteps } from '@diffeo/datasets';
import { type InputRef, requireInput } from '../files/inputs.ts';
import type { Handler } from '../jobs/handler.ts';
import { modelCache } from './cached-model.ts';
import { modelColumns } from './model-columns.ts';

/** The type of the jobs that sample. */
export const sampleType = '@diffeo/cluster/sample';

/** Which samples are drawn: those numbered from `begin` on. */
export type SampleRequest = {
  readonly model: InputRef;
  readonly begin: number;
  readonly count: number;
  /** How many are drawn at once, on which samples depend. `begin` is a multiple of it. */
  readonly batch: number;
  readonly seed: number;
  readonly temperature: number;
  readonly format: string;
};

/**
 * Draws a part of many samples: those that `diffeo sample` draws at these places with this seed.
 *
 * @throws DiffeoError `CONTEXT` for a conditional model, `FILE`, and what sampling throws.
 */
export function sampleHandler({ definitions }: { readonly definitions: readonly Definition[] }): Handler {
  const withModel = modelCache(definitions);
  return (given, { root }) => {
    const { begin, count, batch, seed, temperature, format } = given as SampleRequest;
    return withModel(root, requireInput(given['model']), async ({ model, params, metadata }) => {
      if (model.contextShape)
        throw new DiffeoError('CONTEXT', 'the model is conditional: samples need a context, which jobs have not');
      const width = sizeOf(model.eventShape);
      const values = new Float32Array(count * width);
      for (let at = 0; at < count; at += batch) {
        const size = Math.min(batch, count - at);
        const samples = model.sample(params, { count: size, seed: fold(seed, begin + at), temperature });
        values.set((await samples.data()) as Float32Array, at * width);
        samples.dispose();
      }
      const columns =
        modelColumns(metadata) ??
        Array.from({ length: width }, (_, i): Column => ({ name: `x${i + 1}`, kind: 'real' }));
      return await encodeTable({ values: onSteps(values, columns), count, eventShape: [width], columns }, { format });
    });
  };
}
