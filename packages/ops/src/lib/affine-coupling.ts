import { openTapes } from '@diffeo/core/engine';
import { getBackend, getKernel, type Tensor } from '@tensorflow/tfjs-core';
import type { AffineResult } from './affine.ts';
import { asDense, type Convolution } from './conv-stack.ts';
import type { Dense, DenseStackOptions } from './dense.ts';
import { fusedOp } from './fused-op.ts';
import { type AffineCouplingKernelAttributes, kernelNames, runKernel } from './kernels.ts';
import { namedGradients, namedLayers, namedWeights } from './stack-kernel.ts';

/** Everything about an affine coupling whose conditioner is a stack of layers. */
export interface AffineCouplingOptions extends DenseStackOptions {
  /** The columns of `x` that condition, in the order in which the stack takes them; the context comes after them. */
  readonly keep: readonly number[];
  /** The columns that change, in the order of the stack's log-scales and of its shifts. */
  readonly change: readonly number[];
  /** Log-scales stay within ±bound. */
  readonly bound: number;
  readonly direction: 'forward' | 'inverse';
}

/** What `retrace` finds: the point that was mapped, and the gradients there. */
export interface RetracedCoupling {
  readonly point: Tensor;
  readonly dPoint: Tensor;
  readonly dContext: Tensor | null;
  /** Of each layer's weights and bias, in order. */
  readonly dLayers: readonly Tensor[];
}

/** A whole affine coupling, conditioner and all, as one node of the tape. */
export interface AffineCoupling<Layer> {
  /**
   * Maps `x`, given a `context` or `null`, and the stack's layers, the last of which has `2 · change.length` outputs.
   *
   * @param reference the same coupling composed of other operations; it runs where the backend lacks the kernel, for an
   * empty batch, and where the gradient is itself differentiated.
   * @param checkpoint whether the gradient runs the conditioner again, instead of keeping what it made.
   */
  map(
    x: Tensor,
    context: Tensor | null,
    layers: readonly Layer[],
    reference: () => AffineResult,
    checkpoint?: boolean,
  ): AffineResult;
  /**
   * From what `map` returned, and the gradients there, what it was given and the gradients of that, with one run of the
   * conditioner; `null` where the backend lacks the kernel, for an empty batch, and under a tape.
   */
  retrace(
    value: Tensor,
    context: Tensor | null,
    layers: readonly Layer[],
    slopes: readonly [dValue: Tensor, dLogDet: Tensor],
  ): RetracedCoupling | null;
}

interface Names {
  readonly kernel: string;
  readonly gradient: string;
}

const isEmpty = (x: Tensor, layers: readonly Dense[]): boolean =>
  x.size === 0 || layers.some(({ weight }) => weight.size === 0);

function couplingOf<Layer>(
  { kernel, gradient }: Names,
  { keep, change, bound, direction, activation, residual }: AffineCouplingOptions,
  asLayers: (layers: readonly Layer[]) => readonly Dense[],
): AffineCoupling<Layer> {
  const shared = { bound, activation, residual, columnsKept: keep, columnsChanged: change };
  const opposite = direction === 'forward' ? 'inverse' : 'forward';
  // Kernels remember what they plan by these.
  const trained: AffineCouplingKernelAttributes = { ...shared, direction, keep: true };
  const evaluated: AffineCouplingKernelAttributes = { ...shared, direction, keep: false };
  const undone: AffineCouplingKernelAttributes = { ...shared, direction: opposite, keep: true };

  /** The gradients of the point, of the context where there is one, and of the layers. */
  function gradients(
    slopes: readonly [Tensor, Tensor],
    point: Tensor,
    kept: Tensor,
    weights: readonly Tensor[],
    context: Tensor | null,
  ): Omit<RetracedCoupling, 'point'> {
    const [dValue, dLogDet] = slopes;
    const inputs = { ...namedWeights(weights), dValue, dLogDet, point, kept, ...(context && { context }) };
    const [dPoint, ...rest] = runKernel(gradient, inputs, trained) as [Tensor, ...Tensor[]];
    return { dPoint, dContext: context ? (rest.shift() as Tensor) : null, dLayers: rest };
  }

  /** Runs the coupling again, from what a checkpoint keeps, for what the gradient needs of it. */
  function again(
    weights: readonly Tensor[],
    context: Tensor | null,
    [x, ...biases]: readonly Tensor[],
  ): readonly [point: Tensor, kept: Tensor] {
    const layers = weights.map((weight, i) => ({ weight, bias: biases[i] as Tensor }));
    const inputs = { ...namedLayers(layers), x: x as Tensor, ...(context && { context }) };
    const [y, , kept] = runKernel(kernel, inputs, trained) as [Tensor, Tensor, Tensor];
    return [direction === 'forward' ? (x as Tensor) : y, kept];
  }

  return {
    map: (x, context, given, reference, checkpoint = false) => {
      const layers = asLayers(given);
      if (isEmpty(x, layers)) return reference();
      const attributes = openTapes() > 0 && !checkpoint ? trained : evaluated;
      const [value, logDet] = fusedOp<Record<string, Tensor>, readonly [Tensor, Tensor]>({
        kernel,
        inputs: { ...namedLayers(layers), x, ...(context && { context }) },
        reference: () => {
          const result = reference();
          return [result.value, result.logDet];
        },
        forward: (inputs, save) => {
          const [y, total, kept] = runKernel(kernel, inputs, attributes) as [Tensor, Tensor, Tensor];
          const weights = layers.map(({ weight }) => weight);
          const found = checkpoint ? [x, ...layers.map(({ bias }) => bias)] : [direction === 'forward' ? x : y, kept];
          save([...weights, ...(context ? [context] : []), ...found]);
          return [y, total];
        },
        backward: (slopes, saved) => {
          const weights = saved.slice(0, layers.length);
          const entered = context ? (saved[layers.length] as Tensor) : null;
          const found = saved.slice(layers.length + (context ? 1 : 0));
          const [point, kept] = (checkpoint ? again(weights, entered, found) : found) as [Tensor, Tensor];
          const { dPoint, dContext, dLayers } = gradients(slopes, point, kept, weights, entered);
          return { ...namedGradients(dLayers), x: dPoint, ...(dContext && { context: dContext }) };
        },
      });
      return { value, logDet };
    },
    retrace: (value, context, given, slopes) => {
      const layers = asLayers(given);
      if (isEmpty(value, layers) || openTapes() > 0 || !getKernel(kernel, getBackend())) return null;
      const inputs = { ...namedLayers(layers), x: value, ...(context && { context }) };
      const [point, , kept] = runKernel(kernel, inputs, undone) as [Tensor, Tensor, Tensor];
      const weights = layers.map(({ weight }) => weight);
      const from = direction === 'forward' ? point : value;
      return { point, ...gradients(slopes, from, kept, weights, context) };
    },
  };
}

/**
 * An affine coupling of vectors `[batch, size]`, with a context `[batch, width]` and a stack of dense layers. Make it once:
 * kernels remember what they plan.
 */
export const affineCoupling = (options: AffineCouplingOptions): AffineCoupling<Dense> =>
  couplingOf(
    { kernel: kernelNames.affineCoupling, gradient: kernelNames.affineCouplingGradient },
    options,
    (layers) => layers,
  );

/**
 * An affine coupling of images `[batch, height, width, channels]`, whose columns are channels, with a context of the same
 * height and width and a stack of convolutions. Make it once: kernels remember what they plan.
 */
export const affineImageCoupling = (options: AffineCouplingOptions): AffineCoupling<Convolution> =>
  couplingOf(
    { kernel: kernelNames.affineImageCoupling, gradient: kernelNames.affineImageCouplingGradient },
    options,
    (layers) => layers.map(asDense),
  );
