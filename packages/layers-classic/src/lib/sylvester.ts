import {
  type Bijector,
  type Definition,
  defineLayer,
  everywhere,
  fold,
  leaf,
  normal,
  sizeOf,
  specOf,
} from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { type ContextParams, contextParameters, mlp } from '@diffeo/networks';
import { reflections, triangleMask } from '@diffeo/ops';
import {
  add,
  concat,
  expandDims,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { bendRoot, logBendSlope } from './bend.ts';

const schema = strictObject({
  /** M: in how many directions it bends, at most as many as there are numbers. Default: all of them, 8 at most. */
  rank: optional(pipe(number(), integer(), minValue(1), maxValue(1024))),
  /** Of a context, the network that adds to R, R̃ and b. Default `mlp()`. */
  conditioner: optional(specOf('network'), () => mlp()),
});

/** The parameters of {@link sylvester}. */
interface SylvesterParams extends ContextParams {
  /** `[rank, size]`: the normals of the mirrors whose product's first columns are Q. */
  readonly normals: Tensor;
}

/** Numbers on the diagonals of R and R̃ lie within ±this, so that slopes are above 0.009. */
const widest = 0.995;

/** Upper triangles of raw rows `[rows, rank²]`, with bounded diagonals: `[rows, rank, rank]`. */
function triangles(raw: Tensor, rank: number): Tensor {
  const square = reshape(raw, [raw.shape[0] as number, rank, rank]);
  const diagonal = mul(mul(tanh(square), widest), triangleMask(rank, 'diagonal'));
  return add(mul(square, triangleMask(rank, 'upper')), diagonal);
}

/** Matrices `[rows, rank, rank]` or `[1, rank, rank]` times vectors `[rows, rank]`. */
const times = (matrices: Tensor, vectors: Tensor): Tensor => sum(mul(matrices, expandDims(vectors, 1)), 2);

/** Entries of the diagonals, `[rows, rank]`. */
const diagonalOf = (matrices: Tensor, rank: number): Tensor => sum(mul(matrices, triangleMask(rank, 'diagonal')), 2);

/**
 * The Sylvester map with Householder's reflections (van den Berg et al. 2018, "Sylvester normalizing flows for variational inference", eq. 13 and §4), from data to
 * base, which bends in `rank` directions at once:
 *
 *   z = x + Q·R·tanh(R̃·Qᵀ·x + b),  logDet = Σ log(1 + r_ii·r̃_ii·(1 − tanh²(…)_i))
 *
 * Q has orthonormal columns, R and R̃ are upper triangles with r_ii·r̃_ii within ±0.99. Starts as the identity. Of vectors; a context moves R, R̃ and b by a network.
 *
 * inverse, data → base: as above. forward, base → data: the last of the `rank` directions is the root of an increasing function, then the one before it, and so on, each
 * by Newton's method, to rounding. `invert` of core exchanges them, for variational use.
 */
export const sylvester: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-classic/sylvester',
  version: 1,
  schema,
  build: ({ rank: asked, conditioner }, site): Bijector<SylvesterParams> => {
    const { eventShape, fail } = site;
    if (eventShape.length !== 1) fail('sylvester takes vectors, that is an event shape of one number');
    const size = sizeOf(eventShape);
    const rank = asked ?? Math.min(size, 8);
    if (rank > size) fail(`the rank ${rank} must be ${size} at most`);
    const sizes = { outer: rank * rank, inner: rank * rank, offset: rank };
    const parameters = contextParameters(conditioner, site, sizes);
    const partsOf = (params: SylvesterParams, ...rest: [number, Parameters<typeof parameters.parts>[2]]) => {
      const { outer, inner, offset } = parameters.parts(params, ...rest);
      const [r, rTilde] = [triangles(outer, rank), triangles(inner, rank)];
      const q = slice(reflections(params.normals), [0, 0], [size, rank]);
      const m = mul(diagonalOf(r, rank), diagonalOf(rTilde, rank));
      return { q, r, rTilde, offset, m };
    };
    const logDetOf = (alpha: Tensor, m: Tensor): Tensor => sum(logBendSlope(alpha, m), 1);
    const column = (of: Tensor, i: number): Tensor => slice(of, [0, i], [of.shape[0] as number, 1]);
    /** Row `i` of matrices, behind the diagonal: what it takes of the numbers behind `i`, `[rows, 1]`. */
    const behind = (matrices: Tensor, i: number, numbers: readonly Tensor[]): Tensor => {
      const rows = matrices.shape[0] as number;
      const row = reshape(slice(matrices, [0, i, i + 1], [rows, 1, rank - i - 1]), [rows, rank - i - 1]);
      return sum(mul(row, concat([...numbers], 1)), 1, true);
    };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: parameters.contextShape,
      support: { domain: everywhere, codomain: everywhere },
      layout: { ...parameters.layout, normals: leaf([rank, size]) },
      init: (seed) => {
        const inner = mul(normal([rank * rank], fold(seed, 'inner')), 0.5);
        const own = concat([zeros([rank * rank]), inner, zeros([rank])]);
        return { ...parameters.init(own, fold(seed, 'network')), normals: normal([rank, size], fold(seed, 'normals')) };
      },
      inverse: (params, x, call) => {
        const { q, r, rTilde, offset, m } = partsOf(params, x.shape[0] as number, call);
        const alpha = add(times(rTilde, product(x, q)), offset);
        const bent = product(times(r, tanh(alpha)), transpose(q));
        return { value: add(x, bent), logDet: logDetOf(alpha, m) };
      },
      forward: (params, z, call) => {
        const { q, r, rTilde, offset, m } = partsOf(params, z.shape[0] as number, call);
        const turned = product(z, q);
        const [rDiagonal, innerDiagonal] = [diagonalOf(r, rank), diagonalOf(rTilde, rank)];
        // Of the directions behind the one at hand: where they were, α, and tanh α.
        const [places, alphas, bent]: [Tensor[], Tensor[], Tensor[]] = [[], [], []];
        for (let i = rank - 1; i >= 0; i--) {
          const last = i === rank - 1;
          const shifted = last ? column(turned, i) : sub(column(turned, i), behind(r, i, bent));
          const start = last ? column(offset, i) : add(column(offset, i), behind(rTilde, i, places));
          const alpha = bendRoot(add(mul(column(innerDiagonal, i), shifted), start), column(m, i));
          alphas.unshift(alpha);
          bent.unshift(tanh(alpha));
          places.unshift(sub(shifted, mul(column(rDiagonal, i), tanh(alpha))));
        }
        const shift = product(times(r, concat(bent, 1)), transpose(q));
        return { value: sub(z, shift), logDet: neg(logDetOf(concat(alphas, 1), m)) };
      },
    };
  },
});
