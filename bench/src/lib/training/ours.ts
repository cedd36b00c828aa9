/** Diffeo as a competitor: the flow that users compose and `fit` as they call it; with `--workers`, on two of them. */
import { flow } from '@diffeo/core';
import { neuralSpline, realNVP } from '@diffeo/layers-coupling';
import { startWorkers, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { readNumbers } from '../comparison/numbers.ts';
import { ourWorkload } from '../comparison/our-workload.ts';
import { paramsFrom } from '../comparison/params-from.ts';
import { serve, type Workload } from '../comparison/workload.ts';
import type { Problem } from './problem.ts';

async function prepare(problem: Problem): Promise<Workload> {
  const { dimensions, layers, hidden, batch, bound, bins, learningRate, rows } = problem;
  await useWasm();
  const shared = { layers, hidden, bound, mask: 'halves' } as const;
  const model = flow({ eventShape: [dimensions], layers: bins ? neuralSpline({ ...shared, bins }) : realNVP(shared) });
  return ourWorkload({
    model,
    params: paramsFrom(model, readNumbers(problem.weights)),
    data: tensor2d(readNumbers(problem.data), [rows, dimensions]),
    ...{ batch, samples: batch, learningRate, together: 64 },
    workers: process.argv.includes('--workers') ? await startWorkers(model, { count: 2 }) : null,
  });
}

await serve(prepare);
