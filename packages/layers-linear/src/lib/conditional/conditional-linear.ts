import { type Bijector, type Definition, defineLayer, everywhere, fold, specOf } from '@diffeo/core';
import { type ContextParams, contextParameters, mlp } from '@diffeo/networks';
import { lastAxis } from '@diffeo/ops';
import { add, concat, expandDims, mul, neg, reshape, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { optional, picklist, strictObject } from 'valibot';
import { bound, count } from '../layers/linear-options.ts';
import { rowLowRank } from './row-low-rank.ts';
import type { RowMatrix } from './row-matrix.ts';
import { rowFactors, rowTriangles } from './row-triangles.ts';

const schema = strictObject({
  /**
   * What the matrix is: `lu`, two triangles; `lower` or `upper`, one with a positive diagonal; `low-rank`, a positive diagonal and U·Uᵀ, in
   * channels · (1 + rank) numbers in place of channels². Default `lu`.
   */
  matrix: optional(picklist(['lu', 'lower', 'upper', 'low-rank']), 'lu'),
  /** Of `low-rank`: how many columns U has. Default 1. */
  rank: optional(count),
  /** Of a context, the network that adds to the matrix's raw numbers and the bias. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
  bound,
});

/**
 * Every vector along the last axis times a matrix that the context chooses, plus a vector that it chooses too:
 *
 *   z = W(c)·x + b(c),  logDet = positions · log |det W(c)|
 *
 * for each row its own. One of `lower` makes any conditional Gaussian of the standard normal, with a mean and a covariance that change with the context (Cholesky). Log-scales
 * stay within ±`bound`. Starts as the identity but for what the network adds, and `low-rank` near it. Without a context it learns one matrix.
 *
 * inverse, data → base: as above. forward, base → data: by substitution; of `low-rank` by Sherman & Morrison's formula.
 *
 * @throws DiffeoError `SHAPE`, when the flow is built, for a `rank` of a matrix that has none.
 */
export const conditionalLinear: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/conditional-linear',
  version: 1,
  schema,
  build: ({ matrix, rank, conditioner, bound }, site): Bijector<ContextParams> => {
    const { eventShape, fail } = site;
    const { channels, positions } = lastAxis(site);
    if (rank !== undefined && matrix !== 'low-rank') fail(`a rank is of matrix: 'low-rank', and this is '${matrix}'`);
    const kinds: Readonly<Record<typeof matrix, () => RowMatrix>> = {
      lu: () => rowFactors(channels, bound),
      lower: () => rowTriangles(channels, 'lower', bound),
      upper: () => rowTriangles(channels, 'upper', bound),
      'low-rank': () => rowLowRank(channels, rank ?? 1, bound),
    };
    const weight = kinds[matrix]();
    const parameters = contextParameters(conditioner, site, { weight: weight.count, bias: channels });
    const vectorsOf = (x: Tensor): Tensor => reshape(x, [x.shape[0] as number, positions, channels]);
    const partsOf = (...given: Parameters<typeof parameters.parts>) => {
      const { weight: raw, bias } = parameters.parts(...given);
      const { logDet, ...matrices } = weight.build(raw);
      return { ...matrices, bias: expandDims(bias, 1), logDet: add(zeros([given[1]]), mul(logDet, positions)) };
    };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: parameters.contextShape,
      support: { domain: everywhere, codomain: everywhere },
      layout: parameters.layout,
      init: (seed) => {
        const own = concat([weight.init(fold(seed, 'weight')), zeros([channels])]);
        return parameters.init(own, fold(seed, 'network'));
      },
      inverse: (params, x, call) => {
        const { times, bias, logDet } = partsOf(params, x.shape[0] as number, call);
        return { value: reshape(add(times(vectorsOf(x)), bias), x.shape), logDet };
      },
      forward: (params, z, call) => {
        const { solve, bias, logDet } = partsOf(params, z.shape[0] as number, call);
        return { value: reshape(solve(sub(vectorsOf(z), bias)), z.shape), logDet: neg(logDet) };
      },
    };
  },
});
