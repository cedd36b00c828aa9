import { type Base, type Definition, defineBase, fold, leaf, normal, sizeOf, uniform } from '@diffeo/core';
import {
  add,
  cast,
  exp,
  expandDims,
  floor,
  gather,
  logSumExp,
  minimum,
  mul,
  reshape,
  slice,
  square,
  stack,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  transpose,
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
/** Rows times kernels that are looked at together: 16 MB of each number that lies between. */
const numbersTogether = 2 ** 22;

/** The log of the sum of some kernels, of which `columns` has the centres `[size, kernels]`, but for a constant. */
function partOf(flat: Tensor2D, columns: Tensor2D, logWidths: Tensor): Tensor1D {
  const [rows, size, count] = [flat.shape[0], flat.shape[1], columns.shape[1]];
  let distance: Tensor = zeros([1, 1]);
  for (let j = 0; j < size; j++) {
    // Differences first: |z|² + |c|² − 2z·c would round a narrow kernel's distances away.
    const away = square(sub(slice(flat, [0, j], [rows, 1]), slice(columns, [j, 0], [1, count])));
    distance = add(distance, away);
  }
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
        const rows = z.shape[0] as number;
        if (rows === 0) return zeros([0]);
        const flat = reshape(z, [rows, size]) as Tensor2D;
        const columns = transpose(centres as Tensor2D);
        const together = Math.max(1, Math.floor(numbersTogether / rows));
        const parts: Tensor1D[] = [];
        for (let begin = 0; begin < count; begin += together) {
          const some = Math.min(together, count - begin);
          const logs = expandDims(slice(logWidths, begin, some), 0);
          parts.push(tidy(() => partOf(flat, slice(columns, [0, begin], [size, some]) as Tensor2D, logs)));
        }
        const [first, ...others] = parts as [Tensor1D, ...Tensor1D[]];
        const all = others.length === 0 ? first : logSumExp(stack(parts, 1), 1);
        return sub(all, size * logRoot2Pi + Math.log(count));
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
