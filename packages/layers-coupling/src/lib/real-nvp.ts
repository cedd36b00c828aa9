import { fold, type Spec } from '@diffeo/core';
import {
  listOf,
  numberBetween,
  type OptionChecks,
  oneOf,
  requireOptions,
  seedNumber,
  trueOrFalse,
  wholeNumber,
} from '@diffeo/core/arguments';
import { mlp } from '@diffeo/networks';
import { affineCoupling } from './affine-coupling.ts';

/** What `realNVP()` takes. */
export interface RealNVPOptions {
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
  /** Log-scales stay within ±bound. Default 3. */
  readonly bound?: number;
  /** How large the last layer of each conditioner starts; 0, and the couplings start as the identity. Default 0.01. */
  readonly outputScale?: number;
}

const checks: OptionChecks<RealNVPOptions> = {
  layers: wholeNumber({ from: 1, to: 10_000 }),
  hidden: listOf(wholeNumber({ from: 1, to: 65536 })),
  activation: oneOf('relu', 'tanh', 'elu', 'sigmoid'),
  residual: trueOrFalse,
  mask: oneOf('halves', 'alternating', 'random'),
  seed: seedNumber,
  bound: numberBetween(0.01, 20),
  outputScale: numberBetween(0, 1),
};

/**
 * RealNVP (Dinh et al. 2017) with dense networks: affine couplings in pairs. Layers for `flow({ layers: [...realNVP()] })`.
 *
 * @throws DiffeoError `CONFIG`, `SEED` for options that there are not, or that cannot be meant.
 */
export function realNVP(options: RealNVPOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('realNVP', options, checks, { couplings: 'layers', widths: 'hidden' });
  const {
    layers = 8,
    hidden = [64, 64],
    activation = 'relu',
    residual = false,
    mask = 'random',
    seed = 0,
    bound = 3,
    outputScale = 1e-2,
  } = options;
  return Array.from({ length: layers }, (_, i) =>
    affineCoupling({
      mask: mask === 'random' ? { random: fold(seed, i >> 1) } : mask,
      swap: i % 2 === 1,
      conditioner: mlp({ hidden: [...hidden], activation, residual, outputScale }),
      bound,
    }),
  );
}
