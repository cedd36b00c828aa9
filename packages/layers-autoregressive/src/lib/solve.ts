import { canReadNow, differentiate, fixedRounds, tidied } from '@diffeo/core/engine';
import {
  add,
  any,
  div,
  mul,
  notEqual,
  sub,
  sum,
  type Tensor,
  where,
  isFinite as whereFinite,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** Whether any number of two tensors differs: a look at one number. */
const differ = (a: Tensor, b: Tensor): boolean => tidied(() => any(notEqual(a, b))).dataSync()[0] !== 0;

/**
 * The fixed point of `step`, whose number `j` depends on the numbers before `j` alone in some sequence of all `size`: Jacobi's
 * iteration. Each round makes at least one more number exact, so that `size` rounds give the fixed point to the bit; mostly
 * far fewer do, and the first round that changes nothing is the last, where that can be seen at once. Rows do not see each other.
 */
export function fixedPoint(step: (point: Tensor) => Tensor, from: Tensor, size: number): Tensor {
  let point = from;
  const fixed = fixedRounds('the rounds of its iterated direction', size);
  const rounds = fixed ?? size;
  const looks = fixed === null && canReadNow();
  for (let round = 0; round < rounds; round++) {
    const next = tidied(() => step(finite(point)));
    // The last round has nothing left to find out.
    const isDone = looks && round < size - 1 && !differ(next, point);
    if (point !== from) point.dispose();
    point = next;
    if (isDone) break;
  }
  return point;
}

/** What is not finite on the way would be multiplied by the zeros of masks, and is not zero then. */
const finite = (point: Tensor): Tensor => where(whereFinite(point), point, zerosLike(point));

/**
 * u of Jᵀ·u = w, where J is the Jacobian of `map` at `point` and triangular in some sequence: the same iteration, with the
 * transposed products that differentiation gives. `slopes` is J's diagonal.
 */
export function solveTransposed(
  map: (point: Tensor) => Tensor,
  point: Tensor,
  slopes: Tensor,
  w: Tensor,
  size: number,
): Tensor {
  const step = (u: Tensor): Tensor => {
    const [product] = differentiate(() => sum(mul(map(point), u)), [point]).grads;
    return add(u, div(sub(w, product as Tensor), slopes));
  };
  return fixedPoint(
    step,
    tidied(() => div(w, slopes)),
    size,
  );
}
