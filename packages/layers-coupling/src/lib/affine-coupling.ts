import type { Spec } from '@diffeo/core';
import { numberBetween, type OptionChecks, requireOptions } from '@diffeo/core/arguments';
import { affine } from '@diffeo/ops';
import { type CouplingOptions, coupling, couplingChecks } from './coupling.ts';

/** What `affineCoupling()` takes. */
export interface AffineCouplingOptions extends CouplingOptions {
  /** c: log-scales stay within ±c, so one layer stretches by at most eᶜ. From 0.01 to 20. Default 3. */
  readonly bound?: number;
}

const checks: OptionChecks<AffineCouplingOptions> = { ...couplingChecks, bound: numberBetween(0.01, 20) };

/**
 * Affine coupling (Dinh et al. 2017, "Density estimation using Real NVP", eq. 7–8), for events of any shape. The log-scale
 * is c·tanh(a/c): symmetric around 0, so that a layer expands as easily as it shrinks, and bounded.
 *
 * @throws DiffeoError `CONFIG` for options that there are not, or that cannot be meant.
 */
export function affineCoupling(options: AffineCouplingOptions = {}): Spec<'layer'> {
  requireOptions('affineCoupling', options, checks);
  const { bound, ...rest } = options;
  return coupling({ ...rest, transform: affine(bound === undefined ? {} : { bound }) });
}
