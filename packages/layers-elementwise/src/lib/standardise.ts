import { type Bijector, type Definition, defineLayer, leaf, type Shape, sizeOf } from '@diffeo/core';
import {
  add,
  cast,
  div,
  greater,
  log,
  max,
  mean,
  min,
  mul,
  neg,
  onesLike,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { boolean, optional, strictObject } from 'valibot';
import { robustMoments } from './robust-moments.ts';

/** The parameters of {@link standardise}: both have the event shape, are fixed, and start from data. */
interface StandardiseParams {
  readonly mean: Tensor | null;
  readonly scale: Tensor | null;
}

type Started = { readonly [Name in keyof StandardiseParams]: Tensor };

/**
 * Mean and standard deviation over the rows. Taken of numbers that are first brought to [−1, 1], so that nothing
 * overflows or vanishes and a column that varies has a deviation above 0.
 */
function measure(data: Tensor): Started {
  const x = cast(data, 'float32');
  const [low, high] = [mul(min(x, 0), 0.5), mul(max(x, 0), 0.5)];
  const middle = add(high, low);
  const reach = sub(high, low);
  const varies = greater(reach, 0);
  const unit = div(sub(x, middle), where(varies, reach, onesLike(reach)));
  // The float32 mean of many numbers is off by their sum's rounding; the mean of what is left corrects it.
  const rough = mean(unit, 0);
  const offset = add(rough, mean(sub(unit, rough), 0));
  const deviation = sqrt(mean(square(sub(unit, offset)), 0));
  return { mean: add(middle, mul(reach, offset)), scale: where(varies, mul(reach, deviation), onesLike(reach)) };
}

/** Median and robust spread, found on the host. */
function measureRobustly(data: Tensor, eventShape: Shape): Started {
  const { mean, deviation } = robustMoments(data.dataSync(), sizeOf(eventShape));
  return {
    mean: reshape(tensor1d(Float32Array.from(mean)), [...eventShape]),
    scale: reshape(tensor1d(Float32Array.from(deviation, (spread) => Math.fround(spread) || 1)), [...eventShape]),
  };
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
      layout: { mean: fixed, scale: fixed },
      init: () => ({ mean: null, scale: null }),
      start: (params, x) => {
        const measured = robust ? measureRobustly(x, eventShape) : measure(x);
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
