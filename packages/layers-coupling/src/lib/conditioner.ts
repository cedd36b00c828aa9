import {
  type Call,
  type Layout,
  leaf,
  leaves,
  type Params,
  type Seed,
  type Shape,
  type Site,
  type Spec,
  sizeOf,
} from '@diffeo/core';
import { checkpoint, openTapes } from '@diffeo/core/engine';
import type { DenseStackOptions } from '@diffeo/ops';
import { reshape, type Tensor, tile, zeros } from '@tensorflow/tfjs-core';
import { type ConvolutionalStack, convolutionsOf } from './conv-network.ts';
import { denseOptions } from './dense-network.ts';

/** The parameters of a conditioner: a network's, or the constant that stands for it. */
export interface ConditionerParams {
  readonly network?: Params;
  readonly constant?: Tensor;
}

/** What a coupling asks for its transform's raw parameters. */
export interface Conditioner {
  readonly contextShape: Site['contextShape'];
  readonly layout: Layout<ConditionerParams>;
  /** Where the network is nothing but a stack of dense layers, which are its parameters. */
  readonly dense: DenseStackOptions | null;
  /** Where it is nothing but a stack of convolutions: how that comes from the network's parameters. */
  readonly convolutions: ConvolutionalStack | null;
  init(seed: Seed): ConditionerParams;
  start?(params: ConditionerParams, kept: Tensor, call: Call): ConditionerParams;
  /** `kept` `[batch, ...inputShape]` → `[batch, ...outputShape]`. */
  apply(params: ConditionerParams, kept: Tensor, call: Call): Tensor;
}

/** The tensors of a network that a gradient reaches. */
export const trainable = <P>(layout: Layout<P>, params: P): Tensor[] =>
  leaves(layout, params).flatMap(({ leaf, tensor }) => (leaf.trainable && tensor ? [tensor] : []));

/**
 * The network that maps the kept dimensions and the context to the transform's raw parameters; where there is neither, a
 * learned constant.
 */
export function buildConditioner(spec: Spec<'network'>, site: Site, inputs: Shape, outputs: Shape): Conditioner {
  if (sizeOf(inputs) === 0 && !site.contextShape) {
    return {
      contextShape: null,
      layout: { constant: leaf(outputs) },
      dense: null,
      convolutions: null,
      init: () => ({ constant: zeros([...outputs]) }),
      apply: ({ constant }, kept) =>
        tile(reshape(constant as Tensor, [1, ...outputs]), [kept.shape[0] as number, ...outputs.map(() => 1)]),
    };
  }
  const network = site.build(spec, 'network')(inputs, outputs);
  const { start } = network;
  return {
    contextShape: network.contextShape,
    layout: { network: network.layout },
    dense: denseOptions(network),
    convolutions: convolutionsOf(network),
    init: (seed) => ({ network: network.init(seed) }),
    ...(start && { start: (params, kept, call) => ({ network: start(params.network, kept, call) as Params }) }),
    apply: ({ network: params }, kept, call) => {
      if (call.gradient !== 'checkpoint' || openTapes() !== 1) return network.apply(params, kept, call);
      const again = (point?: Tensor, context?: Tensor): Tensor =>
        network.apply(params, point as Tensor, context ? { ...call, context } : call);
      const given = call.context ? [kept, call.context] : [kept];
      return checkpoint(again, given, trainable(network.layout, params as Params));
    },
  };
}
