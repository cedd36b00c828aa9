import { openTapes } from '@diffeo/core/engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { AffineResult } from './affine.ts';
import type { Dense, DenseStackOptions } from './dense.ts';
import { namedGradients, namedLayers, namedWeights } from './dense-stack-kernel.ts';
import { fusedOp } from './fused-op.ts';
import { type AffineCouplingKernelAttributes, kernelNames, runKernel } from './kernels.ts';

/** Everything about an affine coupling of vectors whose conditioner is a dense stack. */
export interface AffineCouplingOptions extends DenseStackOptions {
  /** The columns of `x` that condition, in the order in which the stack takes them; the context comes after them. */
  readonly keep: readonly number[];
  /** The columns that change, in the order of the stack's log-scales and of its shifts. */
  readonly change: readonly number[];
  /** Log-scales stay within ±bound. */
  readonly bound: number;
  readonly direction: 'forward' | 'inverse';
}

/**
 * Maps `x` `[batch, size]`, given a `context` `[batch, width]` or `null`, and the stack's layers, the last of which has
 * `2 · change.length` outputs.
 *
 * @param reference the same coupling composed of other operations; it runs where the backend lacks the kernel, for an
 * empty batch, and where the gradient is itself differentiated.
 */
export type AffineCoupling = (
  x: Tensor,
  context: Tensor | null,
  layers: readonly Dense[],
  reference: () => AffineResult,
) => AffineResult;

/** A whole affine coupling, conditioner and all, as one node of the tape. Make it once: kernels remember what they plan. */
export function affineCoupling(options: AffineCouplingOptions): AffineCoupling {
  const { keep, change, bound, direction, activation, residual } = options;
  const shared = { bound, direction, activation, residual, columnsKept: keep, columnsChanged: change };
  const trained: AffineCouplingKernelAttributes = { ...shared, keep: true };
  const evaluated: AffineCouplingKernelAttributes = { ...shared, keep: false };

  return (x, context, layers, reference) => {
    const empty = x.size === 0 || layers.some(({ weight }) => weight.size === 0);
    if (empty) return reference();
    const attributes = openTapes() > 0 ? trained : evaluated;
    const [value, logDet] = fusedOp<Record<string, Tensor>, readonly [Tensor, Tensor]>({
      kernel: kernelNames.affineCoupling,
      inputs: { ...namedLayers(layers), x, ...(context && { context }) },
      reference: () => {
        const result = reference();
        return [result.value, result.logDet];
      },
      forward: (inputs, save) => {
        const [y, total, kept] = runKernel(kernelNames.affineCoupling, inputs, attributes) as [Tensor, Tensor, Tensor];
        const saved = [direction === 'forward' ? x : y, kept, ...layers.map(({ weight }) => weight)];
        save(context ? [...saved, context] : saved);
        return [y, total];
      },
      backward: ([dValue, dLogDet], [point, kept, ...rest]) => {
        const given = context ? { context: rest.pop() as Tensor } : null;
        const inputs = {
          ...namedWeights(rest),
          dValue,
          dLogDet,
          point: point as Tensor,
          kept: kept as Tensor,
          ...given,
        };
        const [dx, ...others] = runKernel(kernelNames.affineCouplingGradient, inputs, attributes) as [
          ...[Tensor, ...Tensor[]],
        ];
        const dContext = context ? { context: others.shift() as Tensor } : null;
        return { ...namedGradients(others), x: dx, ...dContext };
      },
    });
    return { value, logDet };
  };
}
