import { maskedMlp, maskedResidualMlp } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { run } from '../parts/coupling-piece.ts';
import { layerOf, takeDense } from './dense.ts';
import type { Activation } from './imported-network.ts';
import type { ImportedMade } from './made.ts';
import { degreesOf, requireOutputMask } from './mask-degrees.ts';

/**
 * `MaskedMLP` of zuko, residual or not, for features of these ranks: those of one rank do not see each other. A context is joined to the
 * input.
 */
export function zukoMasked(dict: StateDict, order: readonly number[], activation: Activation): ImportedMade {
  const features = order.length;
  // Features of one rank may follow each other in any sequence.
  const sequence = run(0, features).sort((a, b) => (order[a] as number) - (order[b] as number) || a - b);
  const places = new Int32Array(features);
  for (const [place, feature] of sequence.entries()) places[feature] = place;
  const modules = dict.children().map((name) => dict.at(name));
  const isResidual = modules.some((module) => !module.has('weight'));
  const flat = modules.flatMap((module) =>
    module.has('weight') ? [module] : module.children().map((name) => module.at(name)),
  );
  const [first, last] = [flat[0], flat.at(-1)];
  if (!first || !last || flat.length < 2) return refuse(dict.path, 'a masked network without hidden layers');
  const enter = takeDense(first);
  const contextFeatures = enter.inputs - features;
  const inputs = Int32Array.from([...places, ...Array<number>(contextFeatures).fill(-1)]);
  let from: Int32Array = inputs;
  const hidden = flat.slice(0, -1).map((module) => {
    from = degreesOf(module.path, module.take('mask'), from);
    return { layer: layerOf(takeDense(module)), degrees: [...from] };
  });
  requireOutputMask(last.path, last.take('mask'), from, places);
  const shared = { inputs: features, features, contextFeatures, scaledBy: null, last: takeDense(last) };
  if (!isResidual) {
    return {
      ...shared,
      finish: (own) => ({
        spec: maskedMlp({
          ...{ hidden: hidden.map(({ degrees }) => degrees.length), activation, sequence },
          degrees: hidden.map(({ degrees }) => degrees),
        }),
        params: [...hidden.map(({ layer }) => layer), layerOf(own)],
      }),
    };
  }
  const [own, ...inside] = hidden;
  const isEven = own && inside.every(({ degrees }) => degrees.every((degree, unit) => degree === own.degrees[unit]));
  if (!own || !isEven || inside.length !== 2 * (modules.length - 2)) {
    return refuse(dict.path, 'residual blocks of different widths have no equivalent here');
  }
  return {
    ...shared,
    finish: (leave) => ({
      spec: maskedResidualMlp({
        ...{ width: own.degrees.length, blocks: inside.length / 2, activation, sequence, degrees: own.degrees },
      }),
      params: {
        enter: own.layer,
        blocks: run(0, inside.length / 2).map((i) => ({
          layers: inside.slice(2 * i, 2 * i + 2).map(({ layer }) => layer),
        })),
        leave: layerOf(leave),
      },
    }),
  };
}
