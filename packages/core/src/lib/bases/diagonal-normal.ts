import { add, exp, mul, neg, sub, sum, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { array, type InferOutput, optional, strictObject } from 'valibot';
import { type Definition, defineBase } from '../contract/define.ts';
import { sizeOf } from '../contract/shape.ts';
import { everywhere } from '../contract/support.ts';
import { leaf } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { flatten, logRoot2Pi, unflatten } from './flatten.ts';
import { minusHalfSquares } from './minus-half-squares.ts';
import { float32, standardDeviation, trainable } from './numbers.ts';

const schema = strictObject({
  /** Whether training changes mean and scale. Default true. */
  trainable,
  /** One for each dimension of the flattened event. Default 0. */
  mean: optional(array(float32)),
  /** Standard deviations, one for each dimension. Default 1. */
  scale: optional(array(standardDeviation)),
});

interface DiagonalNormalParams {
  readonly mean: Tensor;
  readonly logScale: Tensor;
}

/** Checks that a list has one entry for each dimension, where there is one. */
function requireSize(
  given: readonly number[] | undefined,
  size: number,
  name: string,
  fail: (message: string) => never,
): void {
  if (given && given.length !== size) fail(`${name} has ${given.length} numbers for ${size} dimensions`);
}

/** A normal distribution with its own mean and standard deviation for each dimension, learned or fixed. */
export const diagonalNormal: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/core/diagonal-normal',
  version: 1,
  schema,
  build: (config: InferOutput<typeof schema>, { eventShape, fail }) => {
    const size = sizeOf(eventShape);
    const { trainable, mean, scale } = config;
    requireSize(mean, size, 'mean', fail);
    requireSize(scale, size, 'scale', fail);
    return {
      eventShape,
      contextShape: null,
      support: everywhere,
      layout: {
        mean: leaf([size], { trainable }),
        logScale: leaf([size], { trainable, role: 'scale' }),
      },
      init: () => ({
        mean: mean ? tensor1d([...mean]) : zeros([size]),
        logScale: scale ? tensor1d(scale.map(Math.log)) : zeros([size]),
      }),
      logProb: (params: DiagonalNormalParams, z) => {
        const standard = mul(sub(flatten(z, eventShape), params.mean), exp(neg(params.logScale)));
        return sub(add(minusHalfSquares(standard), -size * logRoot2Pi), sum(params.logScale));
      },
      sample: (params: DiagonalNormalParams, count, seed, temperature) => {
        const spread = mul(exp(params.logScale), temperature);
        return unflatten(add(mul(normal([count, size], seed), spread), params.mean), eventShape);
      },
    };
  },
});
