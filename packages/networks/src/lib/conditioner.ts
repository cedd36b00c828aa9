import {
  type Autoregressive,
  type Call,
  type Layout,
  leaf,
  leaves,
  type Params,
  type Seed,
  type Shape,
  type Site,
  type Spec,
  type Stack,
  type StartingData,
  sizeOf,
} from '@diffeo/core';
import { checkpoint, openTapes } from '@diffeo/core/engine';
import { reshape, type Tensor, tile, zeros } from '@tensorflow/tfjs-core';

/** The parameters of a conditioner: a network's, or the constant that stands for it. */
export interface ConditionerParams {
  readonly network?: Params;
  readonly constant?: Tensor;
}

/** What a layer asks for the raw parameters of its transform. */
export interface Conditioner {
  readonly contextShape: Site['contextShape'];
  readonly layout: Layout<ConditionerParams>;
  /** Where the network is a plain stack: the same, by the conditioner's parameters. */
  readonly stack: Stack<ConditionerParams> | null;
  /** Where each output depends only on the inputs before its own: the inputs in that sequence. */
  readonly autoregressive: Autoregressive<ConditionerParams> | null;
  /** The parameters that a gradient reaches. */
  trainable(params: ConditionerParams): Tensor[];
  init(seed: Seed): ConditionerParams;
  start?(params: ConditionerParams, data: StartingData): Promise<ConditionerParams>;
  /** `x` `[batch, ...inputShape]` → `[batch, ...outputShape]`. */
  apply(params: ConditionerParams, x: Tensor, call: Call): Tensor;
}

/**
 * The network that maps what a layer conditions on, and the context, to the raw parameters of its transform; where there is
 * neither, a learned constant.
 */
export function buildConditioner(spec: Spec<'network'>, site: Site, inputs: Shape, outputs: Shape): Conditioner {
  const trainableBy = (layout: Layout<ConditionerParams>) => (params: ConditionerParams) =>
    leaves(layout, params).flatMap(({ leaf, tensor }) => (leaf.trainable && tensor ? [tensor] : []));
  if (sizeOf(inputs) === 0 && !site.contextShape) {
    const layout = { constant: leaf(outputs, { role: 'bias' }) };
    return {
      contextShape: null,
      layout,
      stack: null,
      autoregressive: null,
      trainable: trainableBy(layout),
      init: () => ({ constant: zeros([...outputs]) }),
      apply: ({ constant }, x) =>
        tile(reshape(constant as Tensor, [1, ...outputs]), [x.shape[0] as number, ...outputs.map(() => 1)]),
    };
  }
  const network = site.build(spec, 'network')(inputs, outputs);
  const { start, stack, autoregressive } = network;
  const layout = { network: network.layout };
  const trainable = trainableBy(layout);
  return {
    contextShape: network.contextShape,
    layout,
    trainable,
    autoregressive: autoregressive ? ofNetwork(autoregressive) : null,
    stack: stack ? { ...stack, layers: ({ network: params }) => stack.layers(params) } : null,
    init: (seed) => ({ network: network.init(seed) }),
    ...(start && { start: async (params, data) => ({ network: (await start(params.network, data)) as Params }) }),
    apply: (params, x, call) => {
      if (call.gradient !== 'checkpoint' || openTapes() !== 1) return network.apply(params.network, x, call);
      const again = (point?: Tensor, context?: Tensor): Tensor =>
        network.apply(params.network, point as Tensor, context ? { ...call, context } : call);
      const given = call.context ? [x, call.context] : [x];
      return checkpoint(again, given, trainable(params));
    },
  };
}

/** The same, by the conditioner's parameters. */
function ofNetwork({ sequence, turns }: Autoregressive<Params>): Autoregressive<ConditionerParams> {
  if (!turns) return { sequence };
  const { groups, begin, next } = turns;
  return {
    sequence,
    turns: {
      groups,
      begin: ({ network }, batch, call) => begin(network as Params, batch, call),
      next: ({ network }, state, turn, known) => next(network as Params, state, turn, known),
    },
  };
}
