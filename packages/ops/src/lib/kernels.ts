import { engine, type NamedAttrMap, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import type { ActivationName } from './activation.ts';

/**
 * The kernels that `fusedOp`s of this package run where a backend has registered them. Names are tfjs kernel names; the
 * interfaces below say what each takes and returns, all float32, in this order.
 */
export const kernelNames = {
  denseStack: 'DiffeoDenseStack',
  denseStackGradient: 'DiffeoDenseStackGradient',
  convStack: 'DiffeoConvStack',
  convStackGradient: 'DiffeoConvStackGradient',
  affine: 'DiffeoAffine',
  affineGradient: 'DiffeoAffineGradient',
  affineCoupling: 'DiffeoAffineCoupling',
  affineCouplingGradient: 'DiffeoAffineCouplingGradient',
  affineImageCoupling: 'DiffeoAffineImageCoupling',
  affineImageCouplingGradient: 'DiffeoAffineImageCouplingGradient',
  channelMap: 'DiffeoChannelMap',
  channelMapGradient: 'DiffeoChannelMapGradient',
  plu: 'DiffeoPlu',
  pluGradient: 'DiffeoPluGradient',
  gradientNorm: 'DiffeoGradientNorm',
  adam: 'DiffeoAdam',
} as const;

/** How a dense stack maps: `weight0`, `bias0`, `weight1`, … are among the kernel's inputs. */
interface DenseStackAttributes {
  readonly activation: ActivationName;
  readonly residual: boolean;
}

/**
 * `DiffeoDenseStack`: `x`, weights, biases → `[y, kept]`. `kept` is a vector of what the gradient needs, of the kernel's own
 * making; absent unless `keep`.
 *
 * `DiffeoDenseStackGradient`: `dy`, `x`, `kept`, weights → `[dx, dWeight0, dBias0, dWeight1, …]`.
 *
 * `DiffeoConvStack` and `DiffeoConvStackGradient`: the same of images `[batch, height, width, channels]`, with filters
 * `[height, width, inputs, outputs]` for weights: stride 1, zeros beyond the borders.
 */
export interface DenseStackKernelAttributes extends DenseStackAttributes {
  readonly keep: boolean;
}

/**
 * `DiffeoAffine`: `x`, `raw` → `[value, logDet, kept]`, as `affine` defines them.
 *
 * `DiffeoAffineGradient`: `dValue`, `dLogDet`, `point`, `kept` → `[dx, dRaw]`, where `point` is the x of `forward` or the
 * value of `inverse`.
 */
export interface AffineKernelAttributes {
  readonly bound: number;
  readonly direction: 'forward' | 'inverse';
}

/**
 * `DiffeoAffineCoupling`: `x` `[batch, size]`, perhaps `context` `[batch, width]`, weights, biases → `[value, logDet, kept]`.
 * The conditioner's input is the columns `columnsKept` of `x`, then the context.
 *
 * `DiffeoAffineCouplingGradient`: `dValue`, `dLogDet`, `point`, `kept`, perhaps `context`, weights → `[dx, dContext?,
 * dWeight0, dBias0, dWeight1, …]`.
 *
 * `DiffeoAffineImageCoupling` and `DiffeoAffineImageCouplingGradient`: the same of images, whose columns are channels, with
 * a context `[batch, height, width, channels]` and filters for weights. A logDet is of a whole image.
 */
export interface AffineCouplingKernelAttributes extends AffineKernelAttributes, DenseStackKernelAttributes {
  readonly columnsKept: readonly number[];
  readonly columnsChanged: readonly number[];
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
 * `DiffeoGradientNorm`: the inputs of `DiffeoAdam` → the norm of the gradient's part, a scalar; `Infinity` where it is no float32.
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
}

/** Runs a kernel that returns several tensors. */
export const runKernel = (
  kernelName: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: object,
): readonly Tensor[] =>
  engine().runKernel(kernelName, inputs as NamedTensorMap, attributes as NamedAttrMap) as unknown as Tensor[];
