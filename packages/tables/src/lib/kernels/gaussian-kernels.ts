import { type Base, type Definition, defineBase, fold, leaf, normal, sizeOf, uniform } from '@diffeo/core';
import {
  add,
  cast,
  exp,
  expandDims,
  floor,
  gather,
  logSumExp,
  matMul,
  minimum,
  mul,
  relu,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  zeros,
} from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, pipe, strictObject } from 'valibot';

/** The parameters of {@link gaussianKernels}, all fixed. */
interface GaussianKernelsParams {
  /** `[kernels, size]` */
  readonly centres: Tensor;
  /** `[kernels]`: the logarithms of their deviations, the same in every direction. */
  readonly logWidths: Tensor;
}

const schema = strictObject({
  /** How many kernels, 1 to 65,536. */
  kernels: pipe(number(), integer(), minValue(1), maxValue(65_536)),
});

const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

/**
 * A kernel density as a base (Parzen 1962): log p(z) = log mean N(z; cₖ, hₖ²·I), with a centre at each row that it was fitted to. Its
 * parameters are not trained; before they are found it is `kernels` times the standard normal. Temperature scales each kernel about its centre.
 */
export const gaussianKernels: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/tables/gaussian-kernels',
  version: 1,
  schema,
  build: ({ kernels: count }, { eventShape }): Base<GaussianKernelsParams> => {
    const size = sizeOf(eventShape);
    const fixed = { trainable: false } as const;
    return {
      eventShape,
      contextShape: null,
      layout: { centres: leaf([count, size], fixed), logWidths: leaf([count], fixed) },
      init: () => ({ centres: zeros([count, size]), logWidths: zeros([count]) }),
      logProb: ({ centres, logWidths }, z) => {
        const rows = z.shape[0] as number;
        if (rows === 0) return zeros([0]);
        const flat = reshape(z, [rows, size]) as Tensor2D;
        // |z − c|² = |z|² + |c|² − 2z·c: a table of rows by kernels is as large as it gets.
        const ends = add(expandDims(sum(square(flat), 1), 1), expandDims(sum(square(centres), 1), 0));
        const distance = relu(sub(ends, mul(matMul(flat, centres as Tensor2D, false, true), 2)));
        const precision = exp(mul(expandDims(logWidths, 0), -2));
        const each = sub(mul(mul(distance, precision), -0.5), mul(expandDims(logWidths, 0), size));
        return sub(logSumExp(each, 1), size * logRoot2Pi + Math.log(count));
      },
      sample: ({ centres, logWidths }, rows, seed, temperature) => {
        const drawn = floor(mul(uniform([rows], fold(seed, 'kernel')), count));
        const chosen = cast(minimum(drawn, count - 1), 'int32') as Tensor & { rank: 1 };
        const widths = mul(expandDims(exp(gather(logWidths, chosen)), 1), temperature);
        const value = add(gather(centres, chosen), mul(normal([rows, size], fold(seed, 'offset')), widths));
        return reshape(value, [rows, ...eventShape]);
      },
    };
  },
});
