import type { LayerDegrees } from '@diffeo/ops';

/** Where the degrees of a layer are, in bytes from the first. */
interface DegreePlaces {
  readonly inputs: number;
  readonly outputs: number;
  /** With the other sign: of the gradient by what entered, whose inputs are the layer's outputs. */
  readonly minusInputs: number;
  readonly minusOutputs: number;
}

/** The degrees of all layers of a stack, as kernels read them. */
export interface DegreeLists {
  readonly numbers: Int32Array;
  /** One for each layer. */
  readonly places: readonly DegreePlaces[];
}

/** Networks hand over the same degrees at each use. */
const known = new WeakMap<readonly LayerDegrees[], DegreeLists>();

export function degreeLists(layers: readonly LayerDegrees[]): DegreeLists {
  const remembered = known.get(layers);
  if (remembered) return remembered;
  const size = layers.reduce((sum, { inputs, outputs }) => sum + 2 * (inputs.length + outputs.length), 0);
  const numbers = new Int32Array(size);
  let used = 0;
  const put = (list: Int32Array): number => {
    const at = used;
    numbers.set(list, at);
    used += list.length;
    return 4 * at;
  };
  const minus = (list: Int32Array): Int32Array => list.map((degree) => -degree);
  const places = layers.map(({ inputs, outputs }) => ({
    ...{ inputs: put(inputs), outputs: put(outputs) },
    ...{ minusInputs: put(minus(inputs)), minusOutputs: put(minus(outputs)) },
  }));
  const lists = { numbers, places };
  known.set(layers, lists);
  return lists;
}
