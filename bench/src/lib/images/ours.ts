/** Diffeo as a competitor: the `glow()` that users compose; with `--workers`, on two of them. Activations are stored. */
import { startWorkers, useWasm } from '@diffeo/trainer';
import { tensor4d } from '@tensorflow/tfjs-core';
import { readNumbers } from '../comparison/numbers.ts';
import { ourWorkload } from '../comparison/our-workload.ts';
import { paramsFrom } from '../comparison/params-from.ts';
import { serve, type Workload } from '../comparison/workload.ts';
import { imageFlow } from './image-flow.ts';
import type { ImageProblem } from './problem.ts';

async function prepare(problem: ImageProblem): Promise<Workload> {
  const { side, rows, batch, samples, learningRate, clipNorm } = problem;
  await useWasm();
  const model = imageFlow(problem);
  return ourWorkload({
    model,
    params: paramsFrom(model, readNumbers(problem.weights)),
    data: tensor4d(readNumbers(problem.data), [rows, side, side, 1]),
    ...{ batch, samples, learningRate, clipNorm, together: 4 },
    workers: process.argv.includes('--workers') ? await startWorkers(model, { count: 2 }) : null,
  });
}

await serve(prepare);
