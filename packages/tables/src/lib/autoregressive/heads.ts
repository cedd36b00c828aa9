import { product } from '@diffeo/core/engine';
import {
  add,
  clipByValue,
  concat,
  div,
  exp,
  log,
  logSumExp,
  mul,
  neg,
  reshape,
  slice,
  softplus,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor2d,
} from '@tensorflow/tfjs-core';
import type { RowLayout } from './row-layout.ts';

/** So much of each factor is what is known of its column alone: no row is absurd, whatever the network says. */
export const plainShare = 2e-3;
/** Log-probabilities of states stay within so many nats of those of their columns; log-scales between so much below 0 and 0, so that no component is wider than its column. */
export const [maxLogit, maxNarrowness] = [15, 4];

/** c·tanh(a/c). */
const within = (a: Tensor, bound: number): Tensor => mul(tanh(div(a, bound)), bound);

/** log((1 − ε)·eᵃ + ε·eᵇ). */
function withPlain(a: Tensor, b: Tensor): Tensor {
  const [own, other] = [add(a, Math.log1p(-plainShare)), add(b, Math.log(plainShare))];
  return add(other, softplus(sub(own, other)));
}

/** The log-probability of each row's states, `[rows]`: a softmax for each column. */
function stateLogProb(layout: RowLayout, raw: Tensor, encoded: Tensor, shares: Tensor): Tensor {
  const { spoken, offsets, logits, logitAt } = layout;
  const rows = raw.shape[0] as number;
  /** `[logits, columns]`: 1 where an output is of a column. */
  const groups = new Float32Array(logits * spoken.length);
  const [chosenParts, plainParts]: [Tensor[], Tensor[]] = [[], []];
  for (const [i, column] of spoken.entries()) {
    const [begin, end] = [offsets[column] as number, offsets[column + 1] as number];
    chosenParts.push(slice(encoded, [0, begin], [rows, end - begin]));
    plainParts.push(slice(shares, begin, end - begin));
    for (let at = logitAt[i] as number; at < (logitAt[i] as number) + end - begin; at++)
      groups[at * spoken.length + i] = 1;
  }
  const chosen = concat(chosenParts, 1);
  const plain = log(concat(plainParts));
  const bounded = add(within(slice(raw, [0, 0], [rows, logits]), maxLogit), plain);
  const group = tensor2d(groups, [logits, spoken.length]);
  const own = sub(product(mul(bounded, chosen), group), log(product(exp(bounded), group)));
  const other = product(mul(chosen, plain), group);
  return sum(withPlain(own, other), 1);
}

/** log f of a logistic distribution at u deviations, but for its scale: e⁻ᵘ/(1 + e⁻ᵘ)². */
const logLogistic = (u: Tensor): Tensor => neg(add(u, mul(softplus(neg(u)), 2)));

/** log(σ(b) − σ(a)) of a logistic distribution, with d = b − a: σ(b)·σ(−a)·(1 − e⁻ᵈ), exact for narrow cells. */
function logLogisticCell(a: Tensor, b: Tensor, d: Tensor): Tensor {
  const inside = clipByValue(d, 1e-12, 1e30);
  const share = add(log(tanh(mul(inside, 0.5))), softplus(neg(inside)));
  return sub(share, add(softplus(neg(b)), softplus(a)));
}

/** The log-density of each row's numbers, `[rows]`, by mixtures of logistic distributions of the logits of their scores; log-probabilities of cells where `areCells`. */
function numberLogProb(
  layout: RowLayout,
  raw: Tensor,
  encoded: Tensor,
  { from, count, areCells }: { readonly from: number; readonly count: number; readonly areCells: boolean },
): Tensor {
  const { numbers, components, logits, features } = layout;
  const rows = raw.shape[0] as number;
  const many = numbers.length;
  const all = reshape(slice(raw, [0, logits], [rows, 3 * components * many]), [rows, 3 * components, many]);
  const group = (i: number): Tensor => slice(all, [0, i * components, from], [rows, components, count]);
  const part = (i: number): Tensor =>
    reshape(slice(encoded, [0, features + i * many + from], [rows, count]), [rows, 1, count]);
  const [weights, means] = [group(0), group(1)];
  const scales = neg(softplus(neg(within(group(2), maxNarrowness))));
  const [score, before, behind, present] = [part(0), part(1), part(2), part(3)];
  const logWeights = sub(weights, logSumExp(weights, 1, true));
  const narrowness = exp(neg(scales));
  const u = clipByValue(mul(sub(score, means), narrowness), -1e30, 1e30);
  const cell = (middle: Tensor, factor: Tensor | number): Tensor => {
    const [left, right] = [mul(before, factor), mul(behind, factor)];
    return logLogisticCell(sub(middle, left), add(middle, right), add(left, right));
  };
  const each = areCells ? cell(u, narrowness) : sub(logLogistic(u), scales);
  const own = logSumExp(add(logWeights, each), 1, true);
  const plain = areCells ? cell(score, 1) : logLogistic(score);
  return sum(mul(withPlain(own, plain), present), [1, 2]);
}

/**
 * The log-probability of encoded rows given what a network makes of them, `[rows]`, nats: of states, of cells of rounded numbers, and the log-density of the logits of other numbers' scores.
 *
 * @param raw `[rows, outputs]` of the network
 * @param shares `[states]`: the probabilities of states among all rows
 */
export function headLogProb(layout: RowLayout, raw: Tensor, encoded: Tensor, shares: Tensor): Tensor {
  const { densities, numbers } = layout;
  const parts = [
    stateLogProb(layout, raw, encoded, shares),
    ...(densities > 0 ? [numberLogProb(layout, raw, encoded, { from: 0, count: densities, areCells: false })] : []),
    ...(numbers.length > densities
      ? [numberLogProb(layout, raw, encoded, { from: densities, count: numbers.length - densities, areCells: true })]
      : []),
  ];
  return parts.reduce((all, own) => add(all, own));
}
