import { disposeParams, type Flow, type FlowParams } from '@diffeo/core';
import { constant, type FitOptions, fit, type Prepared, prepared, sample, score, type Workers } from '@diffeo/trainer';
import { mean, reshape, slice, square, type Tensor, tidy, tile } from '@tensorflow/tfjs-core';
import { checkSteps, timed, type Workload } from './workload.ts';

/** A flow of ours as a competitor runs it. */
export interface OurModel {
  readonly model: Flow;
  /** Owned by the workload. */
  readonly params: FlowParams;
  readonly data: Tensor;
  /** Rows a training step takes, and whose densities are computed at once. */
  readonly batch: number;
  /** How many are sampled at once. */
  readonly samples: number;
  readonly learningRate: number;
  /** Longer gradients are shortened to it. Default: as `fit` does it, and not in checks. */
  readonly clipNorm?: number;
  readonly workers: Workers | null;
  /** Workers are for large inputs: they get so many batches at once. */
  readonly together: number;
}

/**
 * The mean milliseconds of a step behind the first `uncounted` ones. Workers tell of all steps of a stride at once, so it is
 * taken from the last end of a stride up to there.
 */
function paceAfter(uncounted: number, ends: readonly number[]): number {
  const strides = ends.flatMap((end, i) => (i + 1 < ends.length && (ends[i + 1] as number) - end > 0.2 ? [i] : []));
  const from = strides.findLast((i) => i <= uncounted) ?? (strides[0] as number);
  return ((ends.at(-1) as number) - (ends[from] as number)) / (ends.length - 1 - from);
}

const read = (result: Tensor): void => {
  result.dataSync();
  result.dispose();
};

/** Trains, scores and samples as users do: by `fit` and what is `prepared`, or on workers by `fit`, `score` and `sample`. */
export function ourWorkload({ model, data, batch, samples, together, workers, ...own }: OurModel): Workload {
  const inner = data.shape.slice(1);
  const firstBatch = slice(data, [0, ...inner.map(() => 0)], [batch, ...inner]);
  let { params } = own;
  const train = (x: Tensor, options: FitOptions & { readonly steps: number }) =>
    fit(model, x, {
      params,
      batchSize: batch,
      learningRate: own.learningRate,
      schedule: constant(),
      validation: 0,
      validateEvery: options.steps,
      ...(own.clipNorm !== undefined && { clipNorm: own.clipNorm }),
      ...(workers && { workers }),
      ...options,
    });

  /** Training gives new parameters. */
  let latest: { readonly params: FlowParams; readonly flow: Prepared } | null = null;
  const ready = (): Prepared => {
    if (latest?.params !== params) {
      latest?.flow.dispose();
      latest = { params, flow: prepared(model, params) };
    }
    return latest.flow;
  };

  let large: Tensor | null = null;
  const many = (): Tensor => {
    large ??= tile(firstBatch, [together, ...inner.map(() => 1)]);
    return large;
  };
  const shared = async (steps: number, f: () => Promise<unknown>): Promise<readonly number[]> =>
    (await timed(Math.ceil(steps / together), async () => void (await f()))).map((time) => time / together);

  return {
    check: async () => {
      const losses: number[] = [];
      const norms: number[] = [];
      const { params: trained } = await train(firstBatch, {
        steps: checkSteps + 1,
        clipNorm: own.clipNorm ?? Infinity,
        onProgress: ({ loss, gradientNorm }) => {
          losses.push(loss);
          norms.push(gradientNorm);
        },
      });
      disposeParams(model.layout, trained);
      const [decoded] = tidy(() => {
        const points = reshape(firstBatch, [batch, ...model.bijector.baseShape]);
        return mean(square(model.toData(params, points)));
      }).dataSync();
      return {
        loss: losses[0] as number,
        gradientNorm: norms[0] as number,
        lossAfter: losses[checkSteps] as number,
        decoded: decoded as number,
      };
    },
    training: async (steps) => {
      const ends: number[] = [];
      const onProgress = () => ends.push(performance.now());
      const before = params;
      // The first steps of a run are watched and written down; workers begin with a model of their own, which has to get warm.
      const uncounted = workers ? Math.max(16, steps) : 4;
      ({ params } = await train(data, { steps: uncounted + steps, onProgress }));
      disposeParams(model.layout, before);
      return Array<number>(steps).fill(paceAfter(uncounted, ends));
    },
    ...(workers && { close: workers.close }),
    logProb: (steps) => {
      if (workers) return shared(steps, () => score(model, params, many(), { batchSize: batch, workers }));
      return timed(steps, () => read(ready().logProb(firstBatch)));
    },
    sample: (steps) => {
      if (workers) {
        const count = together * samples;
        return shared(steps, () => sample(model, params, { count, seed: 1, batchSize: samples, workers }));
      }
      return timed(steps, () => read(ready().sample({ count: samples, seed: 1 })));
    },
  };
}
