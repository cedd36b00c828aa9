/** A loss without data, for workers to import: reverse KL to a banana, whose normaliser is known. */
import { flow } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { add, mean, mul, neg, reshape, slice, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Loss } from '../src/index.ts';

export const model = flow({ eventShape: [2], layers: realNVP({ layers: 4, hidden: [32] }) });

const column = (x: Tensor, j: number): Tensor => reshape(slice(x, [0, j], [-1, 1]), [-1]);

/** −x₀²/8 − (x₁ − x₀²/4)² / (2 · 0.3²), unnormalised. */
export const logBanana = (x: Tensor): Tensor =>
  neg(
    add(
      mul(square(column(x, 0)), 1 / 8),
      mul(square(sub(column(x, 1), mul(square(column(x, 0)), 0.25))), 1 / (2 * 0.09)),
    ),
  );

/** log of the integral of its exponential. */
export const bananaEvidence = Math.log(2 * Math.PI * 2 * 0.3);

/** KL(flow ‖ banana), but for constants: the entropy of the base, and the evidence. */
export const loss: Loss = {
  draw: ({ params, rows, seed }) => ({ z: model.drawBase(params, { count: rows, seed }) }),
  value: (params, { z }) => {
    const { value, logDet } = model.bijector.forward(params.layers, z as Tensor, {});
    return mean(sub(neg(logDet), logBanana(value)));
  },
};

/** What is to be added to the loss for the KL itself. */
export const klConstant = bananaEvidence - Math.log(2 * Math.PI * Math.E);
