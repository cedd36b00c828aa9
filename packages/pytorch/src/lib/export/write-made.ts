import type { HostTensor, Spec } from '@diffeo/core';
import { maskedMlp, maskedResidualMlp, maskedUnits } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import { type Dense, type Output, rearranged } from '../networks/dense.ts';
import type { HostTree } from './host-params.ts';
import { floats, indices, linear } from './python-part.ts';
import { activations } from './write-network.ts';

/** A masked network in Python. */
export interface PythonMade {
  /** With what the transform that makes it is called, behind the number of features. */
  readonly options: string;
  readonly activation: string;
  /** By what they are called below the network. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** `MaskedLinear`: a layer, and what its units may see. nflows counts degrees from 1. */
function masked(
  name: string,
  layer: Dense,
  [from, to]: readonly [ArrayLike<number>, ArrayLike<number>],
  sees: (from: number, to: number) => boolean,
): [string, HostTensor][] {
  const { inputs, outputs } = layer;
  const mask = Array.from({ length: inputs * outputs }, (_, at) =>
    Number(sees(from[at % inputs] as number, to[Math.floor(at / inputs)] as number)),
  );
  return [
    ...linear(name, layer),
    [`${name}.mask`, floats([outputs, inputs], mask)],
    [`${name}.degrees`, indices(Array.from(to, (degree) => degree + 1))],
  ];
}

const upTo = (from: number, to: number): boolean => from <= to;
const before = (from: number, to: number): boolean => from < to;

const notOfNflows =
  'MADE of nflows is maskedMlp() with two hidden layers of one width, or more, without residual, circular and a context; with a context it is maskedResidualMlp()';

/** A masked network of ours as the `MADE` of nflows, its outputs in another order: a run for each input. */
export function writeMade(
  spec: Spec<'network'>,
  tree: HostTree,
  order: readonly Output[],
  { features, contexts }: { readonly features: number; readonly contexts: number },
): PythonMade {
  if (spec.$type !== maskedMlp.type && spec.$type !== maskedResidualMlp.type)
    refuse(tree.path, `'${spec.$type}' has no equivalent in nflows; maskedMlp() and maskedResidualMlp() have`);
  if ((spec.config as { residual?: boolean }).residual) refuse(tree.path, notOfNflows);
  const { sequence, degrees } = maskedUnits(spec, features, contexts);
  const places = new Int32Array(features);
  for (const [place, input] of sequence.entries()) places[input] = place;
  const ends = Array.from(
    { length: order.length },
    (_, at) => places[Math.floor((at * features) / order.length)] as number,
  );
  const leave = (layer: Dense, from: ArrayLike<number>) =>
    masked('final_layer', rearranged(layer, order), [from, ends], before);
  return spec.$type === maskedMlp.type
    ? feedForward(spec, tree, { places, degrees, contexts, leave })
    : residual(spec, tree, { places, degrees, contexts, leave });
}

interface Units {
  readonly places: ArrayLike<number>;
  readonly degrees: readonly ArrayLike<number>[];
  readonly contexts: number;
  leave(layer: Dense, from: ArrayLike<number>): [string, HostTensor][];
}

function feedForward(
  { config }: Spec<'network'>,
  tree: HostTree,
  { places, degrees, contexts, leave }: Units,
): PythonMade {
  const own = config as { hidden: readonly number[]; activation: string; circular?: number };
  const [width = 0, ...blocks] = own.hidden;
  if (own.circular !== undefined || contexts > 0 || blocks.length === 0 || blocks.some((one) => one !== width)) {
    refuse(tree.path, notOfNflows);
  }
  const at = (i: number): ArrayLike<number> => degrees[i] as ArrayLike<number>;
  return {
    activation: own.activation,
    options: `${width}, num_blocks=${blocks.length}, use_residual_blocks=False, activation=${activations[own.activation]}`,
    tensors: new Map([
      ...masked('initial_layer', tree.dense('0'), [places, at(0)], upTo),
      ...blocks.flatMap((_, i) => masked(`blocks.${i}.linear`, tree.dense(`${i + 1}`), [at(i), at(i + 1)], upTo)),
      ...leave(tree.dense(`${own.hidden.length}`), at(blocks.length)),
    ]),
  };
}

function residual(
  { config }: Spec<'network'>,
  tree: HostTree,
  { places, degrees, contexts, leave }: Units,
): PythonMade {
  const own = config as {
    width: number;
    blocks: number;
    activation: string;
    preactivation: boolean;
    context: string;
  };
  if (!own.preactivation || own.blocks === 0 || (contexts > 0 && own.context !== 'blocks')) {
    refuse(
      tree.path,
      "MADE of nflows is maskedResidualMlp({ preactivation: true }), with context: 'blocks' where there is one, and a block or more",
    );
  }
  const [units] = degrees as [ArrayLike<number>];
  const inside = Array.from({ length: own.blocks }, (_, i) => [
    ...masked(`blocks.${i}.linear_layers.0`, tree.dense(`blocks.${i}.layers.0`), [units, units], upTo),
    ...masked(`blocks.${i}.linear_layers.1`, tree.dense(`blocks.${i}.layers.1`), [units, units], upTo),
    ...(contexts > 0 ? linear(`blocks.${i}.context_layer`, tree.dense(`blocks.${i}.context`)) : []),
  ]);
  return {
    activation: own.activation,
    options: `${own.width}, context_features=context, num_blocks=${own.blocks}, activation=${activations[own.activation]}`,
    tensors: new Map([
      ...masked('initial_layer', tree.dense('enter'), [places, units], upTo),
      ...(contexts > 0 ? linear('context_layer', tree.dense('context')) : []),
      ...inside.flat(),
      ...leave(tree.dense('leave'), units),
    ]),
  };
}
