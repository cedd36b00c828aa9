import { mlp } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { type Dense, layerOf, takeDense } from './dense.ts';
import type { Activation, ImportedNetwork } from './imported-network.ts';

/** The linear layers below a module, in the order of the file, each of which takes what the one before gives. */
function linearLayers(dict: StateDict): Dense[] {
  const modules = [...new Set(dict.names().map((name) => name.slice(0, name.lastIndexOf('.'))))];
  const layers = modules.map((name) => {
    const module = dict.at(name.slice(dict.path.length + 1));
    if (module.has('running_mean')) {
      refuse(name, 'batch norm inside a network has no equivalent here');
    }
    return takeDense(module);
  });
  for (const [i, { inputs }] of layers.entries()) {
    const before = layers[i - 1];
    if (before && before.outputs !== inputs) {
      refuse(
        dict.path,
        `linear layers that do not follow each other: one gives ${before.outputs} numbers and the next takes ${inputs}`,
      );
    }
  }
  return layers;
}

/** A multilayer perceptron: linear layers one after another with one activation between them, whatever its modules are called. */
export function sequentialMlp(dict: StateDict, inputs: number, activation: Activation): ImportedNetwork {
  const layers = linearLayers(dict);
  const [first, last] = [layers[0], layers.at(-1)];
  if (!first || !last) return refuse(dict.path, 'a network without linear layers');
  const hidden = layers.slice(0, -1);
  return {
    last,
    inputs,
    contextFeatures: first.inputs - inputs,
    scaledBy: null,
    finish: (own) => ({
      spec: mlp({ hidden: hidden.map(({ outputs }) => outputs), activation }),
      params: [...hidden, own].map(layerOf),
    }),
  };
}
