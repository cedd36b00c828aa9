import type { StackLayer } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ActivationName, FusedActivation } from './activation.ts';
import type { LayerDegrees } from './layer-degrees.ts';

/** What a stack does between its layers. */
export interface StackOptions {
  readonly activation: ActivationName;
  /** Whether each layer but the last that keeps its width adds its input to its output (He et al. 2016). */
  readonly residual: boolean;
}

/** The same of a stack of dense layers, which may be masked. */
export interface DenseStackOptions extends StackOptions {
  /** Of masked layers, for each of them: what is not seen is multiplied by 0, and has the gradient 0. Default: all is seen. */
  readonly degrees?: readonly LayerDegrees[];
}

/** What the layers of a stack are: products with matrices, or convolutions. */
export interface LayerKind {
  /** The kernel of tfjs that `fused` and `gradients` rely on, without which a stack is composed. */
  readonly kernel: string;
  /** x·W + b of operations that run on every backend and have every derivative. */
  compose(x: Tensor, layer: StackLayer): Tensor;
  /** act(x·W + b) by one kernel of tfjs. */
  fused(x: Tensor, layer: StackLayer, activation: FusedActivation): Tensor;
  /** From the gradient of what `fused` gives without activation. */
  gradients(
    x: Tensor,
    weight: Tensor,
    dz: Tensor,
  ): { readonly dx: Tensor; readonly dWeight: Tensor; readonly dBias: Tensor };
}

/** Whether a layer gives as many numbers as it takes. */
export const keepsWidth = ({ weight }: StackLayer): boolean => weight.shape.at(-2) === weight.shape.at(-1);

/** Whether nothing enters a stack, or nothing comes through: kernels take no such thing. */
export const isEmpty = (x: Tensor, layers: readonly StackLayer[]): boolean =>
  x.size === 0 || layers.some(({ weight }) => weight.size === 0);
