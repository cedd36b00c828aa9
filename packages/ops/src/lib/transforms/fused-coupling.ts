import type { ElementwiseTransform, StackLayer, Transformed } from '@diffeo/core';
import { openTapes } from '@diffeo/core/engine';
import { getBackend, getKernel, type Tensor } from '@tensorflow/tfjs-core';
import { fusedOp } from '../fused-op.ts';
import { type CouplingKernelAttributes, runKernel, transformKernels } from '../kernels.ts';
import { namedGradients, namedLayers, namedWeights } from '../stacks/named-layers.ts';
import { isEmpty, type StackOptions } from '../stacks/stack-layer.ts';

/** Everything about a coupling whose conditioner is a stack of layers. */
export interface FusedCouplingOptions extends StackOptions {
  readonly transform: ElementwiseTransform;
  /** The columns of `x` that condition, in the order in which the stack takes them; the context comes after them. */
  readonly identityColumns: readonly number[];
  /** The columns that are transformed, in the order of the stack's raw parameters. */
  readonly transformedColumns: readonly number[];
  readonly direction: 'forward' | 'inverse';
}

type OutputGradients = readonly [dValue: Tensor, dLogDet: Tensor];

interface Gradients {
  readonly dPoint: Tensor;
  readonly dContext: Tensor | null;
  /** Of each layer's weight and bias, in order. */
  readonly dLayers: readonly Tensor[];
}

/** What `backwardFromOutput` finds: the point that was mapped, and the gradients there. */
export interface CouplingBackward extends Gradients {
  readonly point: Tensor;
}

/** A whole coupling, conditioner and all, as one node of the tape. */
export interface FusedCoupling {
  /**
   * Maps `x`, given a `context` or `null`, and the stack's layers, the last of which has as many outputs as the transform
   * takes parameters for all transformed columns.
   *
   * @param reference the same coupling composed of other operations; it runs where the backend lacks the kernel, for an
   * empty batch, and where the gradient is itself differentiated.
   * @param checkpoint whether the gradient runs the conditioner again, instead of saving what it made.
   */
  map(
    x: Tensor,
    context: Tensor | null,
    layers: readonly StackLayer[],
    reference: () => Transformed,
    checkpoint?: boolean,
  ): Transformed;
  /**
   * From what `map` returned, and the gradients there, what it was given and the gradients of that, with one run of the
   * conditioner; `null` where the backend lacks the kernel, for an empty batch, and under a tape.
   */
  backwardFromOutput(
    value: Tensor,
    context: Tensor | null,
    layers: readonly StackLayer[],
    gradients: OutputGradients,
  ): CouplingBackward | null;
}

const weightsOf = (layers: readonly StackLayer[]): Tensor[] => layers.map(({ weight }) => weight);

/**
 * A coupling of vectors `[batch, columns]` with a context `[batch, width]` and a stack of dense layers, or of images `[batch,
 * height, width, channels]`, whose columns are channels, with a context of the same height and width and a stack of
 * convolutions. Make it once: kernels remember what they plan. `null` where the transform has no kernel.
 */
export function fusedCoupling(options: FusedCouplingOptions): FusedCoupling | null {
  const { transform, direction, identityColumns, transformedColumns, activation, residual } = options;
  if (!transform.kernel) return null;
  const { coupling: kernel, couplingGradient: gradient } = transformKernels(transform.kernel.name);
  const told = transform.kernel.attributes;
  const shared = { transform: { ...told, direction }, activation, residual, identityColumns, transformedColumns };
  const opposite = direction === 'forward' ? 'inverse' : 'forward';
  // Kernels remember what they plan by these.
  const trained: CouplingKernelAttributes = { ...shared, save: true };
  const evaluated: CouplingKernelAttributes = { ...shared, save: false };
  const undone: CouplingKernelAttributes = { ...trained, transform: { ...told, direction: opposite } };

  function gradients(
    [dValue, dLogDet]: OutputGradients,
    point: Tensor,
    saved: Tensor,
    weights: readonly Tensor[],
    context: Tensor | null,
  ): Gradients {
    const inputs = { ...namedWeights(weights), dValue, dLogDet, point, saved, ...(context && { context }) };
    const [dPoint, ...rest] = runKernel(gradient, inputs, trained) as [Tensor, ...Tensor[]];
    return { dPoint, dContext: context ? (rest.shift() as Tensor) : null, dLayers: rest };
  }

  /** Runs the coupling again, from what a checkpoint saves, for what the gradient needs of it. */
  function again(
    weights: readonly Tensor[],
    context: Tensor | null,
    [x, ...biases]: readonly Tensor[],
  ): readonly [point: Tensor, saved: Tensor] {
    const layers = weights.map((weight, i) => ({ weight, bias: biases[i] as Tensor }));
    const inputs = { ...namedLayers(layers), x: x as Tensor, ...(context && { context }) };
    const [y, , saved] = runKernel(kernel, inputs, trained) as [Tensor, Tensor, Tensor];
    return [direction === 'forward' ? (x as Tensor) : y, saved];
  }

  return {
    map: (x, context, layers, reference, checkpoint = false) => {
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
          const [y, total, made] = runKernel(kernel, inputs, attributes) as [Tensor, Tensor, Tensor];
          const found = checkpoint ? [x, ...layers.map(({ bias }) => bias)] : [direction === 'forward' ? x : y, made];
          save([...weightsOf(layers), ...(context ? [context] : []), ...found]);
          return [y, total];
        },
        backward: (outputGradients, saved) => {
          const weights = saved.slice(0, layers.length);
          const entered = context ? (saved[layers.length] as Tensor) : null;
          const found = saved.slice(layers.length + (context ? 1 : 0));
          const [point, made] = (checkpoint ? again(weights, entered, found) : found) as [Tensor, Tensor];
          const { dPoint, dContext, dLayers } = gradients(outputGradients, point, made, weights, entered);
          return { ...namedGradients(dLayers), x: dPoint, ...(dContext && { context: dContext }) };
        },
      });
      return { value, logDet };
    },
    backwardFromOutput: (value, context, layers, outputGradients) => {
      if (isEmpty(value, layers) || openTapes() > 0 || !getKernel(kernel, getBackend())) return null;
      const inputs = { ...namedLayers(layers), x: value, ...(context && { context }) };
      const [point, , saved] = runKernel(kernel, inputs, undone) as [Tensor, Tensor, Tensor];
      const from = direction === 'forward' ? point : value;
      return { point, ...gradients(outputGradients, from, saved, weightsOf(layers), context) };
    },
  };
}
