import { actnorm } from '@diffeo/layers-glow';
import { fullLinear, permute, pluLinear } from '@diffeo/layers-linear';
import { refuse } from '../file/refuse.ts';
import { type Piece, vectorOf } from './piece.ts';

/** z = x·eˢ + t for each column, as an actnorm. */
export function scaleAndShift(logScale: readonly number[], shift: readonly number[]): Piece {
  // Ours is z = (x − shift)·exp(−logScale).
  const own = {
    shift: shift.map((t, i) => -t * Math.exp(-(logScale[i] as number))),
    logScale: logScale.map((s) => -s),
  };
  return {
    spec: actnorm(),
    params: { shift: vectorOf(own.shift), logScale: vectorOf(own.logScale) },
    inverse: () => scaleAndShift(own.logScale, own.shift),
  };
}

/** z = W·x + bias: W as it is, row-major; no bias where there is none. */
export function matrixPiece(weight: ArrayLike<number>, size: number, bias: ArrayLike<number> | null): Piece {
  const kept = { weight: { shape: [size, size], values: weight } };
  return bias
    ? { spec: fullLinear({ bias: true }), params: { ...kept, bias: vectorOf(bias) } }
    : { spec: fullLinear(), params: kept };
}

const maxLogScale = 20;

/**
 * z = L·(U + diag(s))·x + bias, for a unit lower L and an upper U with a positive diagonal.
 *
 * @param path of the layer, for errors
 * @param factors row-major: below the diagonal L, above it U, on it s
 * @throws DiffeoError `IMPORT` for an s that a `pluLinear()` cannot have: one from e^20 on, or up to e^−20.
 */
export function luPiece(path: string, factors: ArrayLike<number>, bias: ArrayLike<number>): Piece {
  const size = bias.length;
  const kept = Float64Array.from(factors);
  for (let i = 0; i < size; i++) {
    const scale = kept[i * size + i] as number;
    const logScale = Math.log(scale);
    if (!(Math.abs(logScale) < maxLogScale)) {
      refuse(path, `the scale ${scale} of row ${i} is beyond e^±${maxLogScale}, and has no equivalent here`);
    }
    kept[i * size + i] = maxLogScale * Math.atanh(logScale / maxLogScale); // of which the layer takes c·tanh(a/c)
  }
  const params = {
    permutation: vectorOf(Array.from({ length: size }, (_, i) => i)),
    sign: vectorOf(Array<number>(size).fill(1)),
    factors: { shape: [size, size], values: kept },
    bias: vectorOf(bias),
  };
  return { spec: pluLinear({ bound: maxLogScale, bias: true }), params };
}

/** z[i] = x[order[i]]. */
export const permutation = (order: readonly number[]): Piece => ({
  spec: permute({ permutation: [...order] }),
  params: {},
});
