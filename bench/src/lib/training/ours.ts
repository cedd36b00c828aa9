/** Diffeo as a competitor: the flow that users compose and `fit` as they call it; with `--workers`, on two of them. */
import { flow, type Spec } from '@diffeo/core';
import { maf } from '@diffeo/layers-autoregressive';
import { neuralSpline, realNVP } from '@diffeo/layers-coupling';
import { startWorkers, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { readNumbers } from '../comparison/numbers.ts';
import { ourWorkload } from '../comparison/our-workload.ts';
import { paramsFrom } from '../comparison/params-from.ts';
import { serve, type Workload } from '../comparison/workload.ts';
import type { Problem } from './problem.ts';

function layersOf({ layers, hidden, bound, bins, autoregressive }: Problem): readonly Spec<'layer'>[] {
  if (autoregressive) return maf({ layers, hidden, bound });
  const couplings = { layers, hidden, bound, mask: 'halves' } as const;
  return bins ? neuralSpline({ ...couplings, bins }) : realNVP(couplings);
}

async function prepare(problem: Problem): Promise<Workload> {
  const { dimensions, batch, learningRate, rows } = problem;
  await useWasm();
  const model = flow({ eventShape: [dimensions], layers: layersOf(problem) });
  return ourWorkload({
    model,
    params: paramsFrom(model, readNumbers(problem.weights)),
    data: tensor2d(readNumbers(problem.data), [rows, dimensions]),
    ...{ batch, samples: batch, learningRate, together: 64 },
    workers: process.argv.includes('--workers') ? await startWorkers(model, { count: 2 }) : null,
  });
}

await serve(prepare);
