import { type Base, type Definition, defineBase, fold, leaf, normal, sizeOf, uniform } from '@diffeo/core';
import {
  add,
  argMax,
  exp,
  expandDims,
  gather,
  log,
  logSumExp,
  mul,
  neg,
  reshape,
  slice,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, pipe, strictObject } from 'valibot';
import { drawKernels, sumKernels } from './sum-kernels.ts';

/** The parameters of {@link productKernels}, all fixed. */
interface ProductKernelsParams {
  /** `[kernels, size]` */
  readonly centres: Tensor;
  /** `[sets, size]`: the logarithms of each column's deviation. */
  readonly logWidths: Tensor;
  /** `[sets]`: the weights' logarithms, up to a number that is added to all. */
  readonly logits: Tensor;
}

const schema = strictObject({
  /** How many centres, 1 to 65,536. */
  kernels: pipe(number(), integer(), minValue(1), maxValue(65_536)),
  /** How many sets of widths, 1 to 16. */
  sets: pipe(number(), integer(), minValue(1), maxValue(16)),
});

const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);
/** Of each set, the log of the sum of its kernels at some centres, but for a constant: `[rows, sets]`. */
function partOf(squaresOf: (j: number) => Tensor2D, logWidths: Tensor2D): Tensor2D {
  const [sets, size] = logWidths.shape;
  const precisions = mul(exp(mul(logWidths, -2)), -0.5);
  let each: Tensor[] = Array.from({ length: sets }, () => zeros([1, 1]));
  for (let j = 0; j < size; j++) {
    const squares = squaresOf(j);
    each = each.map((own, set) => add(own, mul(squares, slice(precisions, [set, j], [1, 1]))));
  }
  return stack(
    each.map((own) => logSumExp(own, 1)),
    1,
  ) as Tensor2D;
}

/**
 * A density of product kernels as a base: log p(z) = log Σₛ wₛ mean Πⱼ N(zⱼ; cₖⱼ, hₛⱼ²), with a centre at each row that it was fitted to and several sets s of widths, one for each
 * column: what is near to a row in some columns need not be in others. Its parameters are not trained; before they are found it is the standard
 * normal. Temperature scales each kernel about its centre.
 */
export const productKernels: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/tables/product-kernels',
  version: 1,
  schema,
  build: ({ kernels: count, sets }, { eventShape }): Base<ProductKernelsParams> => {
    const size = sizeOf(eventShape);
    const fixed = { trainable: false } as const;
    return {
      eventShape,
      contextShape: null,
      layout: {
        centres: leaf([count, size], fixed),
        logWidths: leaf([sets, size], fixed),
        logits: leaf([sets], fixed),
      },
      init: () => ({
        centres: zeros([count, size]),
        logWidths: zeros([sets, size]),
        logits: tensor1d(new Float32Array(sets)),
      }),
      logProb: ({ centres, logWidths, logits }, z) => {
        if (z.shape[0] === 0) return zeros([0]);
        const ofSets = sumKernels(z, centres, (squaresOf) => partOf(squaresOf, logWidths as Tensor2D));
        const peaks = sub(sub(logits, logSumExp(logits)), sum(logWidths, 1)) as Tensor1D;
        return sub(logSumExp(add(ofSets, expandDims(peaks, 0)), 1), size * logRoot2Pi + Math.log(count));
      },
      sample: ({ centres, logWidths, logits }, rows, seed, temperature) => {
        const kernel = drawKernels(rows, seed, count);
        const noise = neg(log(neg(log(uniform([rows, sets], fold(seed, 'set'))))));
        const set = argMax(add(noise, expandDims(logits, 0)), 1) as Tensor & { rank: 1 };
        const offsets = mul(mul(normal([rows, size], fold(seed, 'offset')), exp(gather(logWidths, set))), temperature);
        return reshape(add(gather(centres, kernel), offsets), [rows, ...eventShape]);
      },
    };
  },
});
