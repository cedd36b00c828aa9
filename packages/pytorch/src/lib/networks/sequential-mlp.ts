import { mlp } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { type Dense, layerOf, takeDense } from './dense.ts';
import type { Activation, ImportedNetwork } from './imported-network.ts';

/** The linear layers below a module, in the order of the file, each of which takes what the one before gives. */
export function linearLayers(dict: StateDict): Dense[] {
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
export const sequentialMlp = (dict: StateDict, inputs: number, activation: Activation): ImportedNetwork =>
  mlpOf(dict.path, linearLayers(dict), inputs, activation);

/** Linear layers as a network of so many inputs, besides those of a context. */
export function mlpOf(path: string, layers: readonly Dense[], inputs: number, activation: Activation): ImportedNetwork {
  const [first, last] = [layers[0], layers.at(-1)];
  if (!first || !last) return refuse(path, 'a network without linear layers');
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

/**
 * Two networks of the same inputs as one, whose outputs are those of the first and then those of the second. They need the same number
 * of layers.
 */
export function sideBySide(path: string, one: readonly Dense[], other: readonly Dense[]): Dense[] {
  if (one.length !== other.length)
    refuse(path, `networks of ${one.length} and ${other.length} layers for scale and shift`);
  return one.map((a, i) => {
    const b = other[i] as Dense;
    const inputs = i === 0 ? a.inputs : a.inputs + b.inputs;
    const weight = new Float64Array((a.outputs + b.outputs) * inputs);
    for (const [{ weight: own, outputs, inputs: width }, row, column] of [
      [a, 0, 0],
      [b, a.outputs, i === 0 ? 0 : a.inputs],
    ] as const)
      for (let r = 0; r < outputs; r++)
        for (let c = 0; c < width; c++) weight[(row + r) * inputs + column + c] = own[r * width + c] as number;
    return { inputs, outputs: a.outputs + b.outputs, weight, bias: Float64Array.from([...a.bias, ...b.bias]) };
  });
}
