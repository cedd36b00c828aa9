import type { Spec } from '@diffeo/core';
import { numberBetween, type OptionChecks, requireOptions } from '@diffeo/core/arguments';
import { additive, affine } from '@diffeo/ops';
import { coupling } from '../coupling.ts';
import { type CouplingPairsOptions, couplingPairs, pairsChecks, pairsSynonyms } from './coupling-pairs.ts';

/** What `nice()` takes. */
export interface NICEOptions extends CouplingPairsOptions {
  /** The log-scales of the last layer stay within ±bound. Default 3. */
  readonly bound?: number;
}

const checks: OptionChecks<NICEOptions> = { ...pairsChecks, bound: numberBetween(0.01, 20) };

/**
 * NICE (Dinh et al. 2015) with dense networks: additive couplings in pairs, which keep volumes, and a scale and a shift of each
 * dimension after them (section 3.3), learned constants without a context. Layers for `flow({ layers: [...nice()] })`.
 *
 * @throws DiffeoError `CONFIG`, `SEED` for options that there are not, or that cannot be meant.
 */
export function nice(options: NICEOptions = {}): readonly Spec<'layer'>[] {
  requireOptions('nice', options, checks, pairsSynonyms);
  const { bound = 3, ...pairs } = options;
  const scale = coupling({ mask: { identityColumns: [] }, transform: affine({ bound }) });
  return [...couplingPairs(additive(), pairs), scale];
}
