import type { Seed } from '@diffeo/core';
import type { PluFactors } from '@diffeo/ops';
import { ones, range, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { plu } from './plu.ts';
import { randomRotation } from './random-rotation.ts';

/** The parameters of W = I. */
export const identity = (size: number): PluFactors => ({
  permutation: range(0, size, 1, 'int32'),
  sign: ones([size]),
  factors: zeros([size, size]),
});

/** The a of a log-scale. One at the bound or outside has none and gets that of 0.99 · bound. */
const unbounded = (logScale: number, bound: number): number =>
  bound * Math.atanh(Math.min(0.99, Math.max(-0.99, logScale / bound)));

/** The parameters of a random rotation, uniform over all of them. */
export function rotation(size: number, seed: Seed, bound: number): PluFactors {
  const { permutation, factors } = plu(randomRotation(size, seed));
  const sign = factors.map((row, i) => Math.sign(row[i] as number));
  for (const [i, row] of factors.entries()) row[i] = unbounded(Math.log(Math.abs(row[i] as number)), bound);
  return {
    permutation: tensor1d([...permutation], 'int32'),
    sign: tensor1d(sign),
    factors: tensor2d(Float32Array.from(factors.flatMap((row) => [...row])), [size, size]),
  };
}
