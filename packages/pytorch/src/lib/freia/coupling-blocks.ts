import type { Spec } from '@diffeo/core';
import { additive, affine } from '@diffeo/ops';
import type { StateDict } from '../file/state-dict.ts';
import type { Output } from '../networks/dense.ts';
import type { Activation, ImportedNetwork } from '../networks/imported-network.ts';
import { linearLayers, mlpOf, sideBySide } from '../networks/sequential-mlp.ts';
import { couplingPiece, run } from '../parts/coupling-piece.ts';
import type { Piece } from '../parts/piece.ts';
import { need } from '../recipe/need.ts';
import type { FreiaRecipe } from './freia-recipe.ts';

/** clamp·f(a) as one of our scale functions of a times a factor: `atan` with FrEIA's 0.636 in place of 2/π, and tanh. */
function clamped(
  path: string,
  recipe: FreiaRecipe,
): { readonly transform: Spec<'transform'>; readonly factor: number } {
  const clamp = need(recipe, 'clamp', path, "2 is FrEIA's default");
  const name = need(recipe, 'clampActivation', path, "'ATAN' is FrEIA's default");
  if (name === 'ATAN') {
    const factor = 0.636 * clamp;
    return { transform: affine({ scale: 'atan', bound: (factor * Math.PI) / 2 }), factor };
  }
  return { transform: affine({ bound: clamp }), factor: name === 'TANH' ? clamp : clamp / 2 };
}

interface Half {
  readonly network: (inputs: number) => ImportedNetwork;
  /** How many numbers it transforms. */
  readonly numbers: number;
}

/** What transforms one half: a network of its shifts, of both, or one of each. */
function halfOf(
  dict: StateDict,
  names: { shift: string; both: string; scale: string; only: string },
  activation: Activation,
): Half {
  const layersOf = (name: string) => linearLayers(dict.at(name));
  if (dict.has(names.only)) {
    const layers = layersOf(names.only);
    return { network: (inputs) => mlpOf(dict.path, layers, inputs, activation), numbers: layers.at(-1)?.outputs ?? 0 };
  }
  const layers = dict.has(names.both)
    ? layersOf(names.both)
    : sideBySide(dict.path, layersOf(names.scale), layersOf(names.shift));
  return {
    network: (inputs) => mlpOf(dict.path, layers, inputs, activation),
    numbers: (layers.at(-1)?.outputs ?? 0) / 2,
  };
}

/**
 * `GLOWCouplingBlock`, `RNVPCouplingBlock` and `NICECouplingBlock`: the first half by the second, and then the second by what became of the
 * first.
 */
export function couplingBlock(dict: StateDict, recipe: FreiaRecipe) {
  const activation = need(recipe, 'activation', dict.path, "'relu', if the subnets have it");
  const isAdditive = dict.has('F');
  const { transform, factor } = isAdditive ? { transform: additive(), factor: 1 } : clamped(dict.path, recipe);
  const first = halfOf(dict, { only: 'F', both: 'subnet2', scale: 'subnet_s2', shift: 'subnet_t2' }, activation);
  const second = halfOf(dict, { only: 'G', both: 'subnet1', scale: 'subnet_s1', shift: 'subnet_t1' }, activation);
  const features = first.numbers + second.numbers;
  const outputs = ({ numbers }: Half): Output[] => [
    ...(isAdditive ? [] : run(0, numbers).map((row) => ({ row, factor }))),
    ...run(isAdditive ? 0 : numbers, numbers).map((row) => ({ row })),
  ];
  const [one, other] = [first.network(second.numbers), second.network(first.numbers)];
  const shared = { transform, towardsBase: true };
  const pieces: Piece[] = [
    couplingPiece({
      ...shared,
      identityColumns: run(first.numbers, second.numbers),
      network: one,
      outputs: outputs(first),
    }),
    couplingPiece({ ...shared, identityColumns: run(0, first.numbers), network: other, outputs: outputs(second) }),
  ];
  return { pieces, features, contextFeatures: one.contextFeatures };
}

/** FrEIA multiplies all that the subnet of an `AllInOneBlock` says by this. */
const tenth = 0.1;

/** The coupling of an `AllInOneBlock`: the second half by the first. */
export function oneSidedCoupling(dict: StateDict, features: number, recipe: FreiaRecipe) {
  const activation = need(recipe, 'activation', dict.path, "'relu', if the subnet has it");
  const clamp = need(recipe, 'clamp', dict.path, "2 is FrEIA's default");
  const numbers = Math.floor(features / 2);
  const network = mlpOf(dict.path, linearLayers(dict.at('subnet')), features - numbers, activation);
  const outputs = run(0, 2 * numbers).map((row) => ({ row, factor: tenth }));
  const identityColumns = run(0, features - numbers);
  const transform = affine({ bound: clamp });
  const piece = couplingPiece({ identityColumns, transform, network, outputs, towardsBase: true });
  return { piece, contextFeatures: network.contextFeatures };
}
