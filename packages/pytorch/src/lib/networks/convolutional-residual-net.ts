import { residualConvolutional } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { type Convolution, filterOf, takeConvolution } from './convolution.ts';
import type { Activation, ImportedNetwork } from './imported-network.ts';
import { entriesOf, refuseBatchNorm } from './residual-net.ts';

/** A layer of residual blocks here. */
const layerOf = (convolution: Convolution) => {
  const { filter, bias } = filterOf(convolution);
  return { weight: filter, bias };
};

/** `ConvResidualNet` of nflows: a convolution, blocks that begin with the activation, a convolution. */
export function convolutionalResidualNet(dict: StateDict, activation: Activation): ImportedNetwork {
  const enter = takeConvolution(dict.at('initial_layer'));
  const last = takeConvolution(dict.at('final_layer'));
  const blocks = entriesOf(dict.at('blocks')).map((block) => {
    refuseBatchNorm(block);
    if (block.has('context_layer')) refuse(block.path, 'a context of images has no equivalent here');
    return entriesOf(block.at('conv_layers')).map(takeConvolution);
  });
  const [first, second] = blocks[0] ?? [];
  if (!first || !second) return refuse(dict.path, 'a residual network without blocks');
  const isSame = blocks.every(([one, other]) => one?.side === first.side && other?.side === second.side);
  if (!isSame) refuse(dict.path, 'blocks with filters of several sides have no equivalent here');
  const width = enter.outputs;
  return {
    ...{ last, inputs: enter.channels, contextFeatures: 0, scaledBy: width },
    finish: (own) => ({
      spec: residualConvolutional({
        ...{ width, blocks: blocks.length, activation, preactivation: true },
        kernelSizes: [enter.side, first.side, second.side, last.side],
      }),
      params: {
        enter: layerOf(enter),
        blocks: blocks.map((layers) => ({ layers: layers.map(layerOf) })),
        leave: layerOf({ ...last, ...own }),
      },
    }),
  };
}
