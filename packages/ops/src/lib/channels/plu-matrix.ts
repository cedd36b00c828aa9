import { product } from '@diffeo/core/engine';
import {
  add,
  cast,
  div,
  equal,
  exp,
  eye,
  mul,
  neg,
  range,
  reshape,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { fusedOp } from '../fused-op.ts';
import { kernelNames, type PluKernelAttributes, runKernel } from '../kernels.ts';
import type { ChannelMatrix } from './channel-map.ts';
import { triangularInverse } from './triangular-inverse.ts';

/** The factors of W = P·L·(U + diag(sign · exp(logScale))). */
export interface PluFactors {
  /** int32 `[size]`, fixed: row `i` of L·U is row `permutation[i]` of W. */
  readonly permutation: Tensor;
  /** `[size]`, fixed: the signs of the diagonal of U. */
  readonly sign: Tensor;
  /** `[size, size]`: below the diagonal L, above it U, on it a, where logScale = bound·tanh(a / bound). */
  readonly factors: Tensor;
}

/** What {@link pluMatrix} makes of the factors. */
export interface PluMatrixOptions {
  /** Log-scales stay within ±bound. */
  readonly bound: number;
  /** W⁻¹ in place of W. Default false. */
  readonly inverted?: boolean;
}

/** Up to this size the kernel, which takes one number at a time, is faster than operations that take four. */
const largestKernel = 64;

/** Ones where `keep(row, column)` holds, else zeros. */
function pattern(size: number, keep: (row: number, column: number) => boolean): Tensor {
  const values = Float32Array.from({ length: size * size }, (_, k) => (keep(Math.floor(k / size), k % size) ? 1 : 0));
  return tensor2d(values, [size, size]);
}

/** W⁻¹ from the inverses of the triangles, and one step of Newton: X + X·(I − W·X), with W as it is rounded. */
function inverseOf(p: Tensor, l: Tensor, u: Tensor): Tensor {
  const lower = triangularInverse(l, { triangle: 'lower', unitDiagonal: true });
  const upper = triangularInverse(u, { triangle: 'upper' });
  const first = product(upper, product(lower, transpose(p)));
  const matrix = product(p, product(l, u));
  return add(first, product(first, sub(eye(p.shape[0] as number), product(matrix, first))));
}

/** The composition that the kernel must equal. */
function compose({ permutation, sign, factors }: PluFactors, options: PluMatrixOptions): readonly [Tensor, Tensor] {
  const { bound, inverted = false } = options;
  const size = factors.shape[0] as number;
  const diagonal = pattern(size, (row, column) => row === column);
  const logScale = mul(tanh(div(sum(mul(factors, diagonal), 1), bound)), bound);
  const p = cast(equal(reshape(range(0, size, 1, 'int32'), [size, 1]), reshape(permutation, [1, size])), 'float32');
  const l = add(
    mul(
      factors,
      pattern(size, (row, column) => row > column),
    ),
    diagonal,
  );
  const u = add(
    mul(
      factors,
      pattern(size, (row, column) => row < column),
    ),
    mul(diagonal, mul(sign, exp(logScale))),
  );
  const logDet = sum(logScale);
  return inverted ? [inverseOf(p, l, u), neg(logDet)] : [product(p, product(l, u)), logDet];
}

/**
 * The matrix W = P·L·(U + diag(sign · exp(logScale))) of Glow (Kingma & Dhariwal 2018, eq. 10–11), or its inverse, and the
 * log absolute determinant of what is returned. One node of the tape up to 64 rows, differentiable in `factors`.
 */
export function pluMatrix(given: PluFactors, { bound, inverted = false }: PluMatrixOptions): ChannelMatrix {
  const { permutation, sign, factors } = given;
  const attributes: PluKernelAttributes = { bound, inverted };
  const reference = () => compose(given, attributes);
  const result = ([matrix, logDet]: readonly [Tensor, Tensor]): ChannelMatrix => ({ matrix, logDet });
  if ((factors.shape[0] as number) > largestKernel) return result(reference());
  return result(
    fusedOp<{ readonly factors: Tensor }, readonly [Tensor, Tensor]>({
      kernel: kernelNames.plu,
      inputs: { factors },
      reference,
      forward: (_, save) => {
        const found = runKernel(kernelNames.plu, { permutation, sign, factors }, attributes) as [Tensor, Tensor];
        save([permutation, sign, factors, ...(inverted ? [found[0]] : [])]);
        return found;
      },
      backward: ([dMatrix, dLogDet], saved) => {
        const [permutation, sign, factors, inverse] = saved as [Tensor, Tensor, Tensor, Tensor | undefined];
        const inputs = { dMatrix, dLogDet, permutation, sign, factors, ...(inverse && { inverse }) };
        const [dFactors] = runKernel(kernelNames.pluGradient, inputs, attributes) as [Tensor];
        return { factors: dFactors };
      },
    }),
  );
}
