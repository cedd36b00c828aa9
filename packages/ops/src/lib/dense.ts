import type { Tensor } from '@tensorflow/tfjs-core';
import type { ActivationName } from './activation.ts';

/** One dense layer: weight `[inputs, outputs]`, bias `[outputs]`. */
export interface Dense {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** What a stack of dense layers does between them. */
export interface DenseStackOptions {
  readonly activation: ActivationName;
  /** Adds the input of each hidden layer that keeps its width to its output (He et al. 2016). */
  readonly residual: boolean;
}
