/** Layers that end badly, for workers to import. */
import { isMainThread } from 'node:worker_threads';
import { defineLayer, leaf } from '@diffeo/core';
import { add, fill, log, mul, neg, sub, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { number, strictObject } from 'valibot';

interface Shift {
  readonly shift: Tensor;
}

let calls = 0;

/** Counts a call. What reads a number is called at every step. */
function count(x: Tensor): number {
  x.dataSync();
  return ++calls;
}

const shiftBy = (eventShape: readonly number[]) => ({
  eventShape,
  baseShape: eventShape,
  contextShape: null,
  layout: { shift: leaf(eventShape) },
  init: () => ({ shift: fill([...eventShape], 0.5) }),
  forward: ({ shift }: Shift, z: Tensor) => ({ value: add(z, shift), logDet: zeros([z.shape[0] as number]) }),
});

/** A shift whose thread ends at a call of a given number. */
export const deadly = defineLayer({
  type: 'treacherous/deadly',
  version: 1,
  schema: strictObject({ calls: number() }),
  build: (config, { eventShape }) => ({
    ...shiftBy(eventShape),
    inverse: ({ shift }: Shift, x: Tensor) => {
      if (!isMainThread && count(x) === config.calls) process.exit(3);
      return { value: sub(x, shift), logDet: zeros([x.shape[0] as number]) };
    },
  }),
});

/** A shift whose thread ends at the call whose number stands in the environment, `DIFFEO_TEST_LAST_CALL`. */
export const mortal = defineLayer({
  type: 'treacherous/mortal',
  version: 1,
  schema: strictObject({}),
  build: (_, { eventShape }) => ({
    ...shiftBy(eventShape),
    inverse: ({ shift }: Shift, x: Tensor) => {
      if (!isMainThread && count(x) === Number(process.env['DIFFEO_TEST_LAST_CALL'])) process.exit(3);
      return { value: sub(x, shift), logDet: zeros([x.shape[0] as number]) };
    },
  }),
});

/** A shift whose logDet is the logarithm of a number that falls below 0 as the shift is learned. */
export const failing = defineLayer({
  type: 'treacherous/failing',
  version: 1,
  schema: strictObject({}),
  build: (_, { eventShape }) => ({
    ...shiftBy(eventShape),
    inverse: ({ shift }: Shift, x: Tensor) => ({
      value: sub(x, shift),
      logDet: add(zeros([x.shape[0] as number]), mul(neg(log(sum(shift))), 5)),
    }),
  }),
});

interface Twins {
  readonly first: Tensor;
  readonly second: Tensor;
}

/** A shift by the sum of two parameters, whose gradients are one tensor. */
export const twin = defineLayer({
  type: 'treacherous/twin',
  version: 1,
  schema: strictObject({}),
  build: (_, { eventShape }) => {
    const map = (direction: typeof add) => (params: Twins, x: Tensor) => ({
      value: direction(x, add(params.first, params.second)),
      logDet: zeros([x.shape[0] as number]),
    });
    return {
      ...{ eventShape, baseShape: eventShape, contextShape: null },
      layout: { first: leaf(eventShape), second: leaf(eventShape) },
      init: () => ({ first: fill([...eventShape], 0.5), second: fill([...eventShape], 0.25) }),
      forward: map(add),
      inverse: map(sub),
    };
  },
});
