import { tableWriter } from '@diffeo/datasets';
import { storeInput } from '../files/inputs.ts';
import type { Root } from '../files/root.ts';
import { type SampleRequest, sampleType } from '../handlers/sample-handler.ts';
import type { Job } from '../jobs/job.ts';
import type { Run } from '../runs/run.ts';
import { numbered } from './score-run.ts';

/** What to draw. */
export interface SampleRunOptions {
  /** A model file's bytes. */
  readonly model: Uint8Array;
  readonly name: string;
  /** How many samples in all. */
  readonly count: number;
  /** The run's folder, from the root. */
  readonly folder: string;
  /** How many are drawn at once, on which samples depend: what `rowsTogether` says of the model. */
  readonly batch: number;
  /** About how many a job draws. Default 100,000. */
  readonly rows?: number;
  readonly seed?: number;
  readonly temperature?: number;
  /** `parquet` (the default), `csv`, `tsv`, `jsonl` or `json`. */
  readonly format?: string;
}

/** Plans a run that draws many samples: in the order of its outputs, those that `diffeo sample` draws with the same seed. */
export async function sampleRun(root: Root, options: SampleRunOptions): Promise<Run> {
  const { model, name, count, folder, batch, rows = 100_000, seed = 0, temperature = 1, format = 'parquet' } = options;
  const { endings } = tableWriter(format);
  const ref = await storeInput(root, folder, model, '.safetensors');
  const each = Math.max(1, Math.round(rows / batch)) * batch;
  const parts = Math.ceil(count / each);
  const jobs = Array.from({ length: parts }, (_, i): Job => {
    const begin = i * each;
    const request: SampleRequest = {
      ...{ model: ref, begin, count: Math.min(each, count - begin), batch, seed, temperature, format },
    };
    return { type: sampleType, request, name: numbered(i, parts), ending: endings[0] };
  });
  return { name: `sample ${name}`, folder, jobs };
}
