import { fold, type Spec } from '@diffeo/core';
import {
  listOf,
  numberBetween,
  type OptionChecks,
  oneOf,
  seedNumber,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { mlp } from '@diffeo/networks';
import { coupling } from '../coupling.ts';

/** What the presets of couplings with dense networks take. */
export interface CouplingPairsOptions {
  /** How many couplings. Default 8. */
  readonly layers?: number;
  /** The widths of each conditioner's hidden layers. Default [64, 64]. */
  readonly hidden?: readonly number[];
  /** Default `relu`. */
  readonly activation?: 'relu' | 'tanh' | 'elu' | 'sigmoid';
  /** Residual conditioners. Default false. */
  readonly residual?: boolean;
  /**
   * How each pair of couplings splits the dimensions; the second of a pair changes what the first kept. `random` draws
   * another split for each pair, which mixes many dimensions well. Default `random`.
   */
  readonly mask?: 'halves' | 'alternating' | 'random';
  /** Draws the random masks. Default 0. */
  readonly seed?: number;
  /** How large the last layer of each conditioner starts; 0, and the couplings start as the identity. Default 0.01. */
  readonly outputScale?: number;
  /** How far apart the biases of each conditioner's hidden layers start: see `mlp`. In two or three dimensions 2 learns faster and better. Default: they start at 0. */
  readonly biasScale?: number;
}

/** The checks of these options. */
export const pairsChecks: OptionChecks<CouplingPairsOptions> = {
  layers: wholeNumber({ from: 1, to: 10_000 }),
  hidden: listOf(wholeNumber({ from: 1, to: 65536 })),
  activation: oneOf('relu', 'tanh', 'elu', 'sigmoid'),
  residual: trueOrFalse,
  mask: oneOf('halves', 'alternating', 'random'),
  seed: seedNumber,
  outputScale: numberBetween(0, 1),
  biasScale: numberBetween(0, 100),
};

/** What callers may have meant by other names. */
export const pairsSynonyms = { couplings: 'layers', widths: 'hidden' } as const;

/**
 * Couplings in pairs, each of which changes what the one before it kept, all with one transform.
 *
 * @param circular where numbers are points of circles [−circular, circular], as their networks see them then
 */
export function couplingPairs(
  transform: Spec<'transform'>,
  {
    layers = 8,
    hidden = [64, 64],
    activation = 'relu',
    residual = false,
    mask = 'random',
    seed = 0,
    outputScale = 1e-2,
    biasScale,
  }: CouplingPairsOptions,
  circular?: number,
): readonly Spec<'layer'>[] {
  return Array.from({ length: layers }, (_, i) =>
    coupling({
      mask: mask === 'random' ? { random: fold(seed, i >> 1) } : mask,
      swap: i % 2 === 1,
      conditioner: mlp({
        ...{ hidden: [...hidden], activation, residual, outputScale },
        ...(biasScale !== undefined && { biasScale }),
        ...(circular !== undefined && { circular }),
      }),
      transform,
    }),
  );
}
