import { readNow } from '@diffeo/core/engine';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { minimalAssignment } from './minimal-assignment.ts';

/** Rows are paired among so many: an exact assignment takes up to the cube of them. */
const together = 256;

/**
 * The points `z` in another order, such that those of each 256 rows are together nearest to the points `x` of the same rows: the optimal transport between two samples
 * (Tong et al. 2024, "Improving and generalizing flow-based generative models with minibatch optimal transport", §3.2). Both `[rows, size]`.
 */
export function optimalPairs(z: Tensor, x: Tensor): Tensor {
  const [rows, size] = z.shape as [number, number];
  const how = { needs: "pairing: 'optimal' needs", instead: "take 'independent'" };
  const [from, to] = [readNow(z, how), readNow(x, how)];
  const ordered = new Float32Array(rows * size);
  for (let begin = 0; begin < rows; begin += together) {
    const count = Math.min(together, rows - begin);
    // Of |x − z|² the squares are the same in every order.
    const cost = new Float64Array(count * count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let dot = 0;
        for (let k = 0; k < size; k++) {
          dot += (to[(begin + i) * size + k] as number) * (from[(begin + j) * size + k] as number);
        }
        cost[i * count + j] = -dot;
      }
    }
    for (const [i, j] of minimalAssignment(cost, count).entries()) {
      for (let k = 0; k < size; k++) ordered[(begin + i) * size + k] = from[(begin + j) * size + k] as number;
    }
  }
  return tensor2d(ordered, [rows, size]);
}
