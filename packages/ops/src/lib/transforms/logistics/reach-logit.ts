import type { ElementwiseTransformed } from '@diffeo/core';
import { runDifferentiable } from '@diffeo/core/engine';
import {
  abs,
  add,
  div,
  exp,
  greater,
  lessEqual,
  logicalAnd,
  maximum,
  mul,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { bracketOf, type Components, logitOf } from './logistic-mixture.ts';

/**
 * Newton's steps end after a handful. Where they leave the bracket or stall it is halved, as often as takes it from the width of the
 * widest component, e^bound, to that of the narrowest.
 */
const roundsFor = (bound: number): number => 10 + Math.ceil((2 * bound) / Math.LN2);

/** Not so small that its square is no float32. */
const slopeOf = ({ logSlope }: ElementwiseTransformed): Tensor => maximum(exp(logSlope), 1e-15);

type Searched = { readonly [Name in keyof Components | 'y']: Tensor };

/** Newton within a bracket: each step is Newton's where it stays inside and halves what is left, else it halves the bracket. */
function search(components: Components, y: Tensor, rounds: number): Tensor {
  let [low, high] = bracketOf(components, y);
  let x = mul(add(low, high), 0.5);
  let before = sub(high, low);
  for (let i = 0; i < rounds; i++) {
    const found = logitOf(components, x);
    const over = sub(found.value, y);
    const beyond = greater(over, 0);
    high = where(beyond, x, high);
    low = where(beyond, low, x);
    const step = div(over, slopeOf(found));
    const next = sub(x, step);
    const within = logicalAnd(lessEqual(low, next), lessEqual(next, high));
    const falls = lessEqual(mul(2, abs(step)), before);
    const middle = mul(add(low, high), 0.5);
    const newton = logicalAnd(within, falls);
    const moved = where(newton, next, middle);
    before = abs(sub(moved, x));
    x = moved;
  }
  return x;
}

/**
 * Where logit F reaches y, of components whose log-scales stay within ±bound. The search is not differentiated: it ends with Newton's steps that are, of which the first gives x(y)
 * its gradient, and the second that gradient one of its own.
 */
export function reachLogit(components: Components, y: Tensor, bound: number): Tensor {
  const { logWeights, means, logScales } = components;
  const [found] = runDifferentiable<Searched, readonly [Tensor]>({
    inputs: { logWeights, means, logScales, y },
    forward: (inputs, save) => {
      save([inputs.means, inputs.y]);
      return [search(inputs, inputs.y, roundsFor(bound))];
    },
    backward: (_, [means, y]) => {
      const none = zerosLike(means as Tensor);
      return { logWeights: none, means: none, logScales: none, y: zerosLike(y as Tensor) };
    },
  });
  let x = found;
  for (let i = 0; i < 2; i++) {
    const reached = logitOf(components, x);
    const step = div(sub(reached.value, y), slopeOf(reached));
    // Where F is flat, as far between two components, rounding alone would take it anywhere.
    x = where(lessEqual(abs(step), add(mul(abs(x), 1e-2), 1e-2)), sub(x, step), x);
  }
  return x;
}
