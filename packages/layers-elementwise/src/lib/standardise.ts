import {
  type Bijector,
  type Definition,
  defineLayer,
  everywhere,
  leaf,
  type Shape,
  type StartingData,
  sizeOf,
} from '@diffeo/core';
import { runningMoments } from '@diffeo/core/starting';
import { add, div, log, mul, neg, sub, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { boolean, optional, strictObject } from 'valibot';
import { robustMoments } from './robust-moments.ts';

/** The parameters of {@link standardise}: both have the event shape, are fixed, and start from data. */
interface StandardiseParams {
  readonly mean: Tensor | null;
  readonly scale: Tensor | null;
}

type Started = { readonly [Name in keyof StandardiseParams]: Tensor };

/** In one pass over the data, in float64 on the host: mean and deviation, or median and robust spread. */
async function measure(data: StartingData, eventShape: Shape, robust: boolean): Promise<Started> {
  const size = sizeOf(eventShape);
  const event = (numbers: Float64Array): Tensor => tensor(Float32Array.from(numbers), [...eventShape]);
  const [plain, quantiles] = [runningMoments(size), robustMoments(size)];
  const moments = robust ? quantiles : plain;
  await data.each(async (x) => moments.add(await x.data()));
  const spread = moments.deviation().map((deviation) => Math.fround(deviation) || 1);
  return { mean: event(robust ? quantiles.median() : plain.mean()), scale: event(spread) };
}

const schema = strictObject({
  /** Median and the range between quartiles instead of mean and deviation. Default false. */
  robust: optional(boolean(), false),
});

/**
 * Shifts and scales every number of the event to mean 0 and standard deviation 1 over the data that the flow starts
 * from: inverse(x) = (x − mean) / scale, with logDet −Σ log scale. Put it first, and scores stay in the units of the data.
 *
 * Works on each number of the event by itself, whatever the event shape: on images that is each pixel, and not each
 * channel as actnorm does. `mean` and `scale` are saved with the model and never trained. They are computed
 * from the rows given to `start`, so give as many as are at hand. A number that never changes there keeps the scale 1; see
 * `checkVarying` to refuse such data.
 *
 * One row far away moves mean and deviation, and presses all the others together. `robust` takes the median and the range
 * between quartiles over that of the standard normal, which it does not move; where half of the rows or more share one number,
 * a wider range. Starting then reads the data back from the device.
 */
export const standardise: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-elementwise/standardise',
  version: 1,
  schema,
  build: ({ robust }, { eventShape }): Bijector<StandardiseParams> => {
    const fixed = leaf(eventShape, { trainable: false, fromData: true });
    const perRow = (logDet: Tensor, batch: Shape): Tensor => add(zeros([batch[0] as number]), logDet);
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      support: { domain: everywhere, codomain: everywhere },
      layout: { mean: fixed, scale: fixed },
      init: () => ({ mean: null, scale: null }),
      start: async (params, data) => {
        const measured = await measure(data, eventShape, robust);
        return { mean: params.mean ?? measured.mean, scale: params.scale ?? measured.scale };
      },
      forward: (params, z) => {
        const { mean: centre, scale } = params as Started;
        return { value: add(mul(z, scale), centre), logDet: perRow(sum(log(scale)), z.shape) };
      },
      inverse: (params, x) => {
        const { mean: centre, scale } = params as Started;
        return { value: div(sub(x, centre), scale), logDet: perRow(neg(sum(log(scale))), x.shape) };
      },
    };
  },
});
