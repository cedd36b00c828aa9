import type { Network } from '@diffeo/core';
import type { Convolution, DenseStackOptions } from '@diffeo/ops';
import type { Tensor } from '@tensorflow/tfjs-core';

/** How a network that is a stack of convolutions comes from its parameters. */
export interface ConvolutionalStack extends DenseStackOptions {
  // biome-ignore lint/suspicious/noExplicitAny: parameters of any such network
  layersOf(params: any): readonly Convolution[];
  /** A context as channels beside the input's, `[batch, height, width, channels]`. */
  channelsOf(context: Tensor): Tensor;
}

/** A network of images that is nothing but a stack of convolutions, so that a coupling may run it in its own kernel. */
export interface ConvolutionalNetwork<P> extends Network<P> {
  readonly convolutions: ConvolutionalStack;
}

/** The stack of a network; `null` for any other network. */
export const convolutionsOf = (network: Network): ConvolutionalStack | null =>
  (network as Partial<ConvolutionalNetwork<unknown>>).convolutions ?? null;
