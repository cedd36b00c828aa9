/** An optimiser of somebody's own, for workers to import: it takes the same from every number. */
import { leaf, type Params } from '@diffeo/core';
import { add, fill, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { number, strictObject } from 'valibot';
import { defineOptimiser } from '../src/index.ts';

export const decreasing = defineOptimiser({
  type: 'test/decreasing',
  version: 1,
  schema: strictObject({ by: number() }),
  build: ({ by }, { size }) => ({
    layout: { count: leaf([]) },
    init: () => ({ count: zeros([]) }),
    update: (_, state) => ({
      update: fill([size], -by),
      state: { count: add((state as unknown as { count: Tensor }).count, 1) } as Params,
    }),
  }),
});
