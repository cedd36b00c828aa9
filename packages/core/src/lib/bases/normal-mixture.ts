import {
  add,
  argMax,
  cast,
  clipByValue,
  exp,
  expandDims,
  log,
  mul,
  neg,
  oneHot,
  ones,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { array, custom, optional, strictObject } from 'valibot';
import { type Definition, defineBase } from '../contract/define.ts';
import { areSizes, sizeOf } from '../contract/shape.ts';
import { everywhere } from '../contract/support.ts';
import { product } from '../gradients/engine.ts';
import { leaf } from '../params/params.ts';
import { fold, normal, uniform } from '../params/seed.ts';
import { flatten, logRoot2Pi, unflatten } from './flatten.ts';
import { logSumExpOfLast } from './log-sum-exp.ts';
import { minusHalfSquares } from './minus-half-squares.ts';
import { float32, standardDeviation, trainable } from './numbers.ts';

const schema = strictObject({
  /** How many normals. Default 8; the length of `means` where they are given. */
  components: optional(
    custom<number>((count) => areSizes([count], 1) && Number(count) <= 65536, 'expected a number from 1 to 65536'),
  ),
  /** Whether training changes means, scales and weights. Default true. */
  trainable,
  /** One list of numbers for each component. Default: drawn from the standard normal by the seed. */
  means: optional(array(array(float32))),
  /** The standard deviation of every component in every dimension, to begin with. Default 1. */
  scale: optional(standardDeviation, 1),
});

interface MixtureParams {
  readonly means: Tensor;
  readonly logScales: Tensor;
  readonly logits: Tensor;
}

/**
 * A mixture of normals with diagonal covariances: a base with several modes (Izmailov et al. 2020). Its parameters are
 * means, log-scales `[components, size]` and logits `[components]`. Temperature scales each component around its mean;
 * the weights stay.
 */
export const normalMixture: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/core/normal-mixture',
  version: 1,
  schema,
  build: ({ components, trainable, means: given, scale }, { eventShape, fail }) => {
    const size = sizeOf(eventShape);
    const count = components ?? given?.length ?? 8;
    if (given?.length === 0) fail('means must have at least one list of numbers');
    if (given && (given.length !== count || given.some((mean) => mean.length !== size))) {
      fail(`means must be ${count} lists of ${size} numbers`);
    }
    return {
      eventShape,
      contextShape: null,
      support: everywhere,
      layout: {
        means: leaf([count, size], { trainable, role: 'bias' }),
        logScales: leaf([count, size], { trainable, role: 'scale' }),
        logits: leaf([count], { trainable }),
      },
      init: (seed): MixtureParams => ({
        means: given ? tensor2d(given.flat(), [count, size]) : normal([count, size], seed),
        logScales: tensor2d(new Float32Array(count * size).fill(Math.log(scale)), [count, size]),
        logits: tensor1d(new Float32Array(count)),
      }),
      logProb: ({ means, logScales, logits }: MixtureParams, z) => {
        const distance = mul(sub(expandDims(flatten(z, eventShape), 1), means), exp(neg(logScales)));
        // A component that far away has no part in anything: infinity times its weight of 0 would be NaN in gradients.
        const standard = clipByValue(distance, -1e30, 1e30);
        const each = sub(minusHalfSquares(standard), add(sum(logScales, 1), size * logRoot2Pi));
        return logSumExpOfLast(add(each, sub(logits, logSumExpOfLast(logits))));
      },
      sample: ({ means, logScales, logits }: MixtureParams, rows, seed, temperature) => {
        // The largest of logits + Gumbel noise is a draw from the weights (Gumbel 1954): no read-back needed.
        const noise = neg(log(neg(log(add(mul(uniform([rows, count], fold(seed, 'component')), 1 - 2e-7), 1e-7)))));
        // oneHot takes two classes at least.
        const indices = argMax(add(noise, logits), 1) as Tensor1D;
        const chosen = count === 1 ? ones([rows, 1]) : cast(oneHot(indices, count), 'float32');
        const spread = mul(product(chosen, exp(logScales)), temperature);
        return unflatten(
          add(product(chosen, means), mul(normal([rows, size], fold(seed, 'offset')), spread)),
          eventShape,
        );
      },
    };
  },
});
