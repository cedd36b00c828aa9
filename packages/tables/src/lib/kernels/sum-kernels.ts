import { fold, type Seed, uniform } from '@diffeo/core';
import {
  cast,
  floor,
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
} from '@tensorflow/tfjs-core';

/** Rows times kernels that are looked at together: 16 MB of each number that lies between. */
const numbersTogether = 2 ** 22;

/** Of each row and each of some centres, the squares of their differences in column `j`: `[rows, centres]`. */
type SquaresOf = (j: number) => Tensor2D;

/**
 * The logs of sums over all centres, some of them at a time.
 *
 * @param z rows
 * @param centres `[kernels, size]`
 * @param partOf the logs of the sums, `[rows]` or `[rows, …]`, over `some` centres from `begin`
 */
export function sumKernels<Sums extends Tensor>(
  z: Tensor,
  centres: Tensor,
  partOf: (squaresOf: SquaresOf, begin: number, some: number) => Sums,
): Sums {
  const [rows, [count, size]] = [z.shape[0] as number, centres.shape as [number, number]];
  const flat = reshape(z, [rows, size]);
  const columns = transpose(centres as Tensor2D);
  const together = Math.max(1, Math.floor(numbersTogether / rows));
  const parts: Sums[] = [];
  for (let begin = 0; begin < count; begin += together) {
    const some = Math.min(together, count - begin);
    // Differences first: |z|² + |c|² − 2z·c would round a narrow kernel's distances away.
    const squaresOf: SquaresOf = (j) =>
      square(sub(slice(flat, [0, j], [rows, 1]), slice(columns, [j, begin], [1, some]))) as Tensor2D;
    parts.push(tidy(() => partOf(squaresOf, begin, some)));
  }
  const [first] = parts as [Sums];
  return parts.length === 1 ? first : (logSumExp(stack(parts, first.rank), first.rank) as Sums);
}

/** Which of `count` kernels each of some rows is drawn from, `[rows]`, all equally likely. */
export function drawKernels(rows: number, seed: Seed, count: number): Tensor1D {
  const drawn = floor(mul(uniform([rows], fold(seed, 'kernel')), count));
  return cast(minimum(drawn, count - 1), 'int32') as Tensor1D;
}
