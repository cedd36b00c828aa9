import { residualMlp } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { layerOf, takeDense } from './dense.ts';
import type { Activation, ImportedNetwork } from './imported-network.ts';

/** Throws where a block normalises by statistics of batches. */
export function refuseBatchNorm(block: StateDict): void {
  const normalised = ['batch_norm_layers', 'batch_norm'].find((name) => block.has(name));
  if (normalised) {
    refuse(
      `${block.path}.${normalised}`,
      'batch norm inside a network has no equivalent here; train with use_batch_norm=False',
    );
  }
}

/** The numbered submodules of a list, in order. */
export const entriesOf = (list: StateDict): StateDict[] =>
  list
    .children()
    .map(Number)
    .sort((a, b) => a - b)
    .map((i) => list.at(`${i}`));

/**
 * `ResidualNet` of nflows and of normflows: a linear layer, blocks that begin with the activation, a linear layer. A context is joined to
 * the input, and gates each block.
 *
 * @param inputs without the context
 */
export function residualNet(dict: StateDict, inputs: number, activation: Activation): ImportedNetwork {
  const enter = takeDense(dict.at('initial_layer'));
  const contextFeatures = enter.inputs - inputs;
  const blocks = entriesOf(dict.at('blocks')).map((block) => {
    refuseBatchNorm(block);
    const layers = entriesOf(block.at('linear_layers')).map((layer) => layerOf(takeDense(layer)));
    return { layers, ...(block.has('context_layer') && { gate: layerOf(takeDense(block.at('context_layer'))) }) };
  });
  if (blocks.length === 0) refuse(dict.path, 'a residual network without blocks');
  const width = enter.outputs;
  return {
    last: takeDense(dict.at('final_layer')),
    inputs,
    contextFeatures,
    scaledBy: width,
    finish: (last) => ({
      spec: residualMlp({
        ...{ width, blocks: blocks.length, activation, preactivation: true },
        ...(contextFeatures > 0 && { context: 'gate' as const }),
      }),
      params: { enter: layerOf(enter), blocks, leave: layerOf(last) },
    }),
  };
}
