import { engine, type NamedAttrMap, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import type { DenseStackOptions, StackOptions } from './stacks/stack-layer.ts';

/**
 * The kernels that `fusedOp`s of this package run where a backend has registered them; those of element-wise transforms are
 * named by {@link transformKernels}. Names are tfjs kernel names; the interfaces below say what each takes and returns, all
 * float32, in this order.
 */
export const kernelNames = {
  stack: 'DiffeoStack',
  stackGradient: 'DiffeoStackGradient',
  channelMap: 'DiffeoChannelMap',
  channelMapGradient: 'DiffeoChannelMapGradient',
  plu: 'DiffeoPlu',
  pluGradient: 'DiffeoPluGradient',
  gradientNorm: 'DiffeoGradientNorm',
  adam: 'DiffeoAdam',
} as const;

/** The kernels of an element-wise transform: alone, and as a whole coupling with its conditioner. */
export const transformKernels = (name: string) => ({
  transform: name,
  transformGradient: `${name}Gradient`,
  coupling: `${name}Coupling`,
  couplingGradient: `${name}CouplingGradient`,
});

/**
 * `DiffeoStack`: `x`, `weight0`, `bias0`, `weight1`, … → `[y, saved]`. Of vectors `[batch, inputs]` with matrices `[inputs,
 * outputs]`, or of images `[batch, height, width, channels]` with filters `[height, width, inputs, outputs]`: stride 1, zeros
 * beyond the borders. `saved` is a vector of what the gradient needs, of the kernel's own making; absent unless `save`. With
 * `degrees`, of matrices, the kernel takes what is not seen for 0, whatever the weight there is, and gives it the gradient 0.
 *
 * `DiffeoStackGradient`: `dy`, `x`, `saved`, weights → `[dx, dWeight0, dBias0, dWeight1, …]`.
 */
export interface StackKernelAttributes extends DenseStackOptions {
  readonly save: boolean;
}

/** What the kernels of a transform are told: the direction, and what the transform says itself. */
export interface TransformKernelAttributes extends Readonly<Record<string, number | string | boolean>> {
  readonly direction: 'forward' | 'inverse';
}

/**
 * `<name>`, the transform alone: `x` `[rows, size]`, `raw` → `[value, logDet, saved]`, with the sum of each row's log-slopes.
 *
 * `<name>Gradient`: `dValue`, `dLogDet`, `point`, `saved` → `[dx, dRaw]`, where `point` is the x of `forward` or the value of
 * `inverse`.
 *
 * `<name>Coupling`: `x` `[batch, …, columns]`, perhaps `context` `[batch, …, width]`, weights, biases → `[value, logDet,
 * saved]`. The conditioner's input is the `identityColumns` of `x`, then the context; of images, the columns are channels,
 * and the logDet is of a whole image.
 *
 * `<name>CouplingGradient`: `dValue`, `dLogDet`, `point`, `saved`, perhaps `context`, weights → `[dx, dContext?, dWeight0,
 * dBias0, dWeight1, …]`.
 */
export interface CouplingKernelAttributes extends StackOptions {
  readonly save: boolean;
  readonly transform: TransformKernelAttributes;
  readonly identityColumns: readonly number[];
  readonly transformedColumns: readonly number[];
}

/**
 * `DiffeoChannelMap`: `x` `[batch, …, channels]`, perhaps `shift` and `logScale`, perhaps `matrix` and `logDet`, → `[value,
 * logDet]`, as `channelMap` defines them. At least one of the two pairs is given.
 *
 * `DiffeoChannelMapGradient`: `dValue`, `dLogDet`, `x`, perhaps `shift` and `logScale`, perhaps `matrix` → `[dx, dShift?,
 * dLogScale?, dMatrix?, dLogDet?]`, the last of the matrix's own log-determinant.
 */
export interface ChannelMapKernelAttributes {
  readonly direction: 'forward' | 'inverse';
}

/**
 * `DiffeoPlu`: `permutation`, `sign`, `factors` → `[matrix, logDet]`, as `pluMatrix` defines them.
 *
 * `DiffeoPluGradient`: `dMatrix`, `dLogDet`, `permutation`, `sign`, `factors`, and the `inverse` where `inverted` →
 * `[dFactors]`.
 */
export interface PluKernelAttributes {
  readonly bound: number;
  readonly inverted: boolean;
}

/**
 * What of all parameters' numbers, one parameter after another, a kernel takes: those from `begin` to before `end`. Workers that
 * share a batch share this work too.
 */
export interface AdamPart {
  readonly begin: number;
  readonly end: number;
}

/**
 * `DiffeoGradientNorm`: the inputs of `DiffeoAdam` → the norm of the gradient's part, a scalar; `Infinity` where it is not a float32.
 * Of several gradients the first becomes their sum.
 *
 * `DiffeoAdam`: `parameter0`, `parameter1`, …, a gradient of them, and the state `mean` and `square`, each a vector of all
 * parameters in order → nothing. The gradient is a vector too, `gradient0`, or `gradient0.0`, `gradient0.1`, … for each parameter
 * its own; where there are more, `gradient1`, …, they are added up in that order. The kernel works **in place**: it changes the
 * part's parameters and state. Nobody else may hold the memory of any of these.
 */
export interface AdamKernelAttributes extends AdamPart {
  /** What the gradient is multiplied by first: less than 1 shortens it. */
  readonly scale: number;
  /** The learning rate with both bias corrections in it, and ε with one. */
  readonly rate: number;
  readonly epsilon: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Which parameters decay, the same list each time, and what those are multiplied by. Default: none. */
  readonly decay?: { readonly decays: readonly boolean[]; readonly keep: number };
}

/** Runs a kernel that returns several tensors. */
export const runKernel = (
  kernelName: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: object,
): readonly Tensor[] =>
  engine().runKernel(kernelName, inputs as NamedTensorMap, attributes as NamedAttrMap) as unknown as Tensor[];
