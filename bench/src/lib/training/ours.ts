/** Diffeo as a contestant: the flow that users compose and `fit` as they call it; with `--workers`, on two of them. */
import { buildParams, disposeParams, flow, sizeOf } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { constant, type FitOptions, fit, sample, score, startWorkers, useWasm } from '@diffeo/trainer';
import { mean, slice, square, type Tensor, tensor, tensor2d, tidy, tile } from '@tensorflow/tfjs-core';
import { type Exercise, readNumbers } from './exercise.ts';
import { checkSteps, serve, timed, type Workload } from './workload.ts';

/** The last step of a stride that ends near the middle: workers tell of all steps of a stride at once. */
function middleStride(times: readonly number[]): number {
  const ends = times.flatMap((time, i) => (i + 1 < times.length && (times[i + 1] as number) - time > 0.2 ? [i] : []));
  return ends.findLast((i) => i <= times.length / 2) ?? (ends[0] as number);
}

async function prepare(exercise: Exercise): Promise<Workload> {
  const { dimensions, layers, hidden, batch, bound, learningRate, rows } = exercise;
  await useWasm();
  const model = flow({ eventShape: [dimensions], layers: realNVP({ layers, hidden, bound, mask: 'halves' }) });
  const data = tensor2d(readNumbers(exercise.data), [rows, dimensions]);
  const firstBatch = slice(data, [0, 0], [batch, dimensions]);
  const weights = readNumbers(exercise.weights);
  let at = 0;
  let params: ReturnType<typeof model.init> = buildParams(model.layout, (_, { shape }) => {
    const begin = at;
    at += sizeOf(shape);
    return tensor(weights.subarray(begin, at), [...shape]);
  });

  const workers = process.argv.includes('--workers') ? await startWorkers(model, { count: 2 }) : null;
  const train = (x: typeof data, options: FitOptions & { readonly steps: number }) =>
    fit(model, x, {
      params,
      batchSize: batch,
      learningRate,
      schedule: constant(),
      validation: 0,
      validateEvery: options.steps,
      ...(workers && { workers }),
      ...options,
    });

  const read = (result: Tensor): void => {
    result.dataSync();
    result.dispose();
  };
  /** Workers are for large inputs: they get so many batches at once. */
  const together = 64;
  let large: Tensor | null = null;
  const many = (): Tensor => {
    large ??= tile(firstBatch, [together, 1]);
    return large;
  };
  const shared = async (steps: number, f: () => Promise<unknown>): Promise<readonly number[]> =>
    (await timed(Math.ceil(steps / together), async () => void (await f()))).map((time) => time / together);

  return {
    check: async () => {
      const losses: number[] = [];
      const norms: number[] = [];
      await train(firstBatch, {
        steps: checkSteps + 1,
        clipNorm: Infinity,
        onProgress: ({ loss, gradientNorm }) => {
          losses.push(loss);
          norms.push(gradientNorm);
        },
      });
      const [decoded] = tidy(() => mean(square(model.toData(params, firstBatch)))).dataSync();
      return {
        loss: losses[0] as number,
        gradientNorm: norms[0] as number,
        lossAfter: losses[checkSteps] as number,
        decoded: decoded as number,
      };
    },
    training: async (steps) => {
      // The first step is not counted: checks of the data and copies of the parameters come before it.
      const ends: number[] = [];
      const onProgress = () => ends.push(performance.now());
      const before = params;
      // Workers begin with a model of their own, which has to get warm: as many steps as are counted come before.
      ({ params } = await train(data, { steps: workers ? 2 * Math.max(16, steps) : steps + 1, onProgress }));
      disposeParams(model.layout, before);
      if (!workers) return ends.slice(1).map((end, i) => end - (ends[i] as number));
      const from = middleStride(ends);
      return Array<number>(steps).fill(((ends.at(-1) as number) - (ends[from] as number)) / (ends.length - 1 - from));
    },
    ...(workers && { close: workers.close }),
    logProb: (steps) => {
      if (workers) return shared(steps, () => score(model, params, many(), { batchSize: batch, workers }));
      return timed(steps, () => read(model.logProb(params, firstBatch)));
    },
    sample: (steps) => {
      if (workers) {
        return shared(steps, () =>
          sample(model, params, { count: together * batch, seed: 1, batchSize: batch, workers }),
        );
      }
      return timed(steps, () => read(model.sample(params, { count: batch, seed: 1 })));
    },
  };
}

await serve(prepare);
