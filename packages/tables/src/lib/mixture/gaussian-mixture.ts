import { type Base, type Definition, defineBase, fold, leaf, normal, sizeOf, uniform } from '@diffeo/core';
import { triangularInverse } from '@diffeo/ops';
import {
  add,
  argMax,
  equal,
  expandDims,
  eye,
  log,
  logSumExp,
  matMul,
  mul,
  neg,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tile,
  transpose,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, pipe, strictObject } from 'valibot';

/** The parameters of {@link gaussianMixture}, all fixed. */
interface GaussianMixtureParams {
  /** `[components, size]` */
  readonly means: Tensor;
  /** `[components, size, size]`, lower triangular: W with W·Σ·Wᵀ = I for each covariance Σ. */
  readonly whitening: Tensor;
  /** `[components]`: the weights' logarithms. */
  readonly logits: Tensor;
}

const schema = strictObject({
  /** How many Gaussians, 1 to 1024. */
  components: pipe(number(), integer(), minValue(1), maxValue(1024)),
});

const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

/**
 * A mixture of Gaussians with full covariances, as a base: log p(z) = log Σ wₖ N(z; μₖ, Σₖ). Its parameters are found by expectation and
 * maximisation, {@link fitGaussianMixture}, and not trained; before that it is `components` times the standard normal. Temperature scales
 * each Gaussian about its mean; the weights stay.
 */
export const gaussianMixture: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/tables/gaussian-mixture',
  version: 1,
  schema,
  build: ({ components: count }, { eventShape }): Base<GaussianMixtureParams> => {
    const size = sizeOf(eventShape);
    const fixed = { trainable: false } as const;
    return {
      eventShape,
      contextShape: null,
      layout: {
        means: leaf([count, size], fixed),
        whitening: leaf([count, size, size], fixed),
        logits: leaf([count], fixed),
      },
      init: () => ({
        means: zeros([count, size]),
        whitening: tile(expandDims(eye(size), 0), [count, 1, 1]),
        logits: tensor1d(new Float32Array(count)),
      }),
      logProb: ({ means, whitening, logits }, z) => {
        const rows = z.shape[0] as number;
        if (rows === 0) return zeros([0]);
        // Differences first: a narrow Gaussian far from the origin keeps its digits.
        const away = sub(expandDims(reshape(z, [rows, size]), 0), expandDims(means, 1));
        const standard = matMul(away, transpose(whitening, [0, 2, 1]));
        const distance = sum(square(standard), 2);
        const logScale = log(sum(mul(whitening, expandDims(eye(size), 0)), 2));
        const each = sub(mul(distance, -0.5), size * logRoot2Pi);
        const offset = add(sum(logScale, 1), sub(logits, logSumExp(logits)));
        return logSumExp(add(each, expandDims(offset, 1)), 0);
      },
      sample: ({ means, whitening, logits }, rows, seed, temperature) => {
        const noise = neg(log(neg(log(uniform([rows, count], fold(seed, 'component'))))));
        const chosen = reshape(argMax(add(noise, expandDims(logits, 0)), 1), [rows, 1]);
        const offsets = mul(normal([rows, size], fold(seed, 'offset')), temperature);
        let value: Tensor = zeros([rows, size]);
        for (let k = 0; k < count; k++) {
          const own = reshape(slice(whitening, [k, 0, 0], [1, size, size]), [size, size]);
          const spread = transpose(triangularInverse(own, { triangle: 'lower' }));
          const drawn = add(matMul(offsets as Tensor & { rank: 2 }, spread as never), slice(means, [k, 0], [1, size]));
          value = where(equal(chosen, k), drawn, value);
        }
        return reshape(value, [rows, ...eventShape]);
      },
    };
  },
});
