import type { Spec } from '@diffeo/core';
import { numberBetween, type OptionChecks, requireOptions } from '@diffeo/core/arguments';
import { affine } from '@diffeo/ops';
import { type CouplingPairsOptions, couplingPairs, pairsChecks, pairsSynonyms } from './coupling-pairs.ts';

/** What `realNVP()` takes. */
export interface RealNVPOptions extends CouplingPairsOptions {
  /** Log-scales stay within ±bound. Default 3. */
  readonly bound?: number;
}

const checks: OptionChecks<RealNVPOptions> = { ...pairsChecks, bound: numberBetween(0.01, 20) };

/**
 * RealNVP (Dinh et al. 2017) with dense networks: affine couplings in pairs. Layers for `flow({ layers: [...realNVP()] })`.
 *
 * @throws DiffeoError `CONFIG`, `SEED` for options that there are not, or that cannot be meant.
 */
export function realNVP(options: RealNVPOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('realNVP', options, checks, pairsSynonyms);
  const { bound = 3, ...pairs } = options;
  return couplingPairs(affine({ bound }), pairs);
}
