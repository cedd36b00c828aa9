import { maskedMlp, maskedResidualMlp } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { run } from '../parts/coupling-piece.ts';
import { layerOf, takeDense } from './dense.ts';
import type { Activation, ImportedNetwork } from './imported-network.ts';
import { degreesOf, requireOutputMask } from './mask-degrees.ts';
import { entriesOf, refuseBatchNorm } from './residual-net.ts';

/** Where each input stands in the sequence: one before the degree of its first output, from 1, as the last layer says it. */
function placesBy(leave: StateDict, features: number): Int32Array {
  const degrees = leave.take('degrees').values;
  const each = degrees.length / features;
  return Int32Array.from({ length: features }, (_, i) => (degrees[i * each] ?? 0) - 1);
}

/** What {@link made} finds besides the network. */
export type ImportedMade = ImportedNetwork & { readonly features: number };

/**
 * `MADE` of nflows and of normflows, with residual blocks or feed-forward ones. The masks in the file say the degree of each unit.
 */
export function made(dict: StateDict, activation: Activation): ImportedMade {
  const enter = takeDense(dict.at('initial_layer'));
  const features = enter.inputs;
  const leave = dict.at('final_layer');
  const places = placesBy(leave, features);
  const sequence = run(0, features).sort((a, b) => (places[a] as number) - (places[b] as number));
  const sequenced = sequence.some((input, place) => input !== place) ? { sequence } : {};
  const degreesAt = (layer: StateDict, from: Int32Array): Int32Array => {
    const given = layer.has('degrees') ? layer.take('degrees').values.map((degree) => degree - 1) : undefined;
    return degreesOf(layer.path, layer.take('mask'), from, given);
  };
  const first = degreesAt(dict.at('initial_layer'), places);
  const hasContext = dict.has('context_layer');
  const context = hasContext ? takeDense(dict.at('context_layer')) : null;
  const blocks = entriesOf(dict.at('blocks'));
  const shared = { inputs: features, features, contextFeatures: context?.inputs ?? 0, scaledBy: null };
  if (blocks.length === 0) refuse(dict.path, 'a masked network without blocks');
  const isResidual = blocks.some((block) => block.has('linear_layers'));
  let from = first;
  const layers = blocks.map((block) => {
    refuseBatchNorm(block);
    const linear = isResidual ? entriesOf(block.at('linear_layers')) : [block.at('linear')];
    return linear.map((layer) => {
      from = degreesAt(layer, from);
      return { layer: layerOf(takeDense(layer)), degrees: from };
    });
  });
  requireOutputMask(leave.path, leave.take('mask'), from, places);
  const last = takeDense(leave);

  if (isResidual) {
    if (layers.flat().some(({ degrees }) => degrees.some((degree, unit) => degree !== first[unit]))) {
      refuse(dict.path, 'residual blocks whose units change their degrees');
    }
    return {
      ...{ ...shared, last },
      finish: (own) => ({
        spec: maskedResidualMlp({
          ...{ width: enter.outputs, blocks: blocks.length, activation, preactivation: true, degrees: [...first] },
          ...sequenced,
          ...(context && { context: 'blocks' as const }),
        }),
        params: {
          enter: layerOf(enter),
          ...(context && { context: layerOf(context) }),
          blocks: blocks.map((block, i) => ({
            layers: (layers[i] as { layer: ReturnType<typeof layerOf> }[]).map(({ layer }) => layer),
            ...(context && { context: layerOf(takeDense(block.at('context_layer'))) }),
          })),
          leave: layerOf(own),
        },
      }),
    };
  }
  if (context) refuse(dict.path, 'a context in feed-forward blocks has no equivalent here; residual blocks have');
  const hidden = [{ layer: layerOf(enter), degrees: first }, ...layers.flat()];
  return {
    ...{ ...shared, last },
    finish: (own) => ({
      spec: maskedMlp({
        hidden: hidden.map(({ degrees }) => degrees.length),
        activation,
        degrees: hidden.map(({ degrees }) => [...degrees]),
        ...sequenced,
      }),
      params: [...hidden.map(({ layer }) => layer), layerOf(own)],
    }),
  };
}
