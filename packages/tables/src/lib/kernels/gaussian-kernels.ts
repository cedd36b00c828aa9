import { type Base, type Definition, defineBase, fold, leaf, normal, sizeOf } from '@diffeo/core';
import {
  add,
  exp,
  expandDims,
  gather,
  logSumExp,
  mul,
  reshape,
  slice,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  zeros,
} from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, pipe, strictObject } from 'valibot';
import { drawKernels, sumKernels } from './sum-kernels.ts';

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
/** The log of the sum of some kernels, but for a constant. */
function partOf(squaresOf: (j: number) => Tensor2D, logWidths: Tensor, size: number): Tensor1D {
  let distance: Tensor = zeros([1, 1]);
  for (let j = 0; j < size; j++) distance = add(distance, squaresOf(j));
  const each = sub(mul(mul(distance, exp(mul(logWidths, -2))), -0.5), mul(logWidths, size));
  return logSumExp(each, 1) as Tensor1D;
}

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
        if (z.shape[0] === 0) return zeros([0]);
        const all = sumKernels(z, centres, (squaresOf, begin, some) =>
          partOf(squaresOf, expandDims(slice(logWidths, begin, some), 0), size),
        );
        return sub(all, size * logRoot2Pi + Math.log(count));
      },
      sample: ({ centres, logWidths }, rows, seed, temperature) => {
        const chosen = drawKernels(rows, seed, count);
        const widths = mul(expandDims(exp(gather(logWidths, chosen)), 1), temperature);
        const value = add(gather(centres, chosen), mul(normal([rows, size], fold(seed, 'offset')), widths));
        return reshape(value, [rows, ...eventShape]);
      },
    };
  },
});
