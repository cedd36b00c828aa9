import { fold, type Spec } from '@diffeo/core';
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
}

/** RealNVP (Dinh et al. 2017) with dense networks: affine couplings in pairs. Layers for `flow({ layers: [...realNVP()] })`. */
export function realNVP(options: RealNVPOptions = {}): readonly Spec<'layer'>[] {
  const {
    layers = 8,
    hidden = [64, 64],
    activation = 'relu',
    residual = false,
    mask = 'random',
    seed = 0,
    bound = 3,
  } = options;
  return Array.from({ length: layers }, (_, i) =>
    affineCoupling({
      mask: mask === 'random' ? { random: fold(seed, i >> 1) } : mask,
      swap: i % 2 === 1,
      conditioner: mlp({ hidden: [...hidden], activation, residual }),
      bound,
    }),
  );
}
