import { type Bijector, type Definition, defineLayer, sizeOf } from '@diffeo/core';
import { add, fill, mul, type Tensor } from '@tensorflow/tfjs-core';
import { check, finite, number, pipe, strictObject, tuple } from 'valibot';

const interval = pipe(
  tuple([pipe(number(), finite()), pipe(number(), finite())]),
  check(([low, high]) => low < high, 'expected two numbers, the lower first'),
);
type Interval = readonly [low: number, high: number];

const schema = strictObject({
  /** Where the data lie. */
  from: interval,
  /** Where they are brought to. */
  to: interval,
});

/**
 * Brings one interval to another by a straight line that is the same for every number: centring and scaling that is not
 * learned, such as `rescale({ from: [0, 1], to: [-0.5, 0.5] })` on images before `glow()`. Numbers outside `from` go on
 * along the line. inverse has logDet D · log of the quotient of the widths, so scores stay in the units of the data.
 */
export const rescale: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-elementwise/rescale',
  version: 1,
  schema,
  build: ({ from, to }, { eventShape }): Bijector<Record<never, never>> => {
    const line = ([low, high]: Interval, [newLow, newHigh]: Interval) => {
      const slope = (newHigh - newLow) / (high - low);
      const logDet = sizeOf(eventShape) * Math.log(slope);
      return (_params: unknown, x: Tensor) => ({
        value: add(mul(x, slope), newLow - low * slope),
        logDet: fill([x.shape[0] as number], logDet),
      });
    };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout: {},
      init: () => ({}),
      inverse: line(from, to),
      forward: line(to, from),
    };
  },
});
