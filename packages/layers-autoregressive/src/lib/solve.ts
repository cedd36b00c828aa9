import { canReadNow, differentiate, fixedRounds, tidied } from '@diffeo/core/engine';
import {
  abs,
  add,
  div,
  mul,
  sub,
  sum,
  type Tensor,
  where,
  isFinite as whereFinite,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** What a round makes of a point: the next one, and where it is asked for the log-determinant of the way there. */
export interface Round {
  readonly value: Tensor;
  readonly logDet?: Tensor;
}

/** How far two tensors are apart: 0 where they are the same, and no number where one of them holds what is none. One number is read. */
const distance = (a: Tensor, b: Tensor): number => tidied(() => sum(abs(sub(a, b)))).dataSync()[0] as number;

/**
 * The last round towards the fixed point of `step`, whose number `j` depends on the numbers before `j` alone in some sequence of all `size`:
 * Jacobi's iteration. Each round makes at least one more number exact, so that `size` rounds give the fixed point to the bit; mostly
 * far fewer do, and the first round that changes nothing is the last, where that can be seen at once. What the last round says beside the
 * point is that of the fixed point. Rows do not see each other.
 */
export function fixedPoint<R extends Round>(step: (point: Tensor) => R, from: Tensor, size: number): R {
  const fixed = fixedRounds('the rounds of its iterated direction', size);
  const rounds = fixed ?? size;
  /** After the last round there is nothing left to find out. */
  const looksAfter = (round: number): boolean => fixed === null && round < size && canReadNow();
  let made = tidied(() => step(finite(from)));
  let apart = looksAfter(1) ? distance(made.value, from) : Number.NaN;
  for (let round = 2; round <= rounds && apart !== 0; round++) {
    const { value, logDet } = made;
    const safe = Number.isFinite(apart);
    made = tidied(() => step(safe ? value : finite(value)));
    apart = looksAfter(round) ? distance(made.value, value) : Number.NaN;
    value.dispose();
    logDet?.dispose();
  }
  return made;
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
  const step = (u: Tensor): Round => {
    const [product] = differentiate(() => sum(mul(map(point), u)), [point]).grads;
    return { value: add(u, div(sub(w, product as Tensor), slopes)) };
  };
  return fixedPoint(
    step,
    tidied(() => div(w, slopes)),
    size,
  ).value;
}
