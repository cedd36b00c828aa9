import type { Spec } from '@diffeo/core';
import { affine } from '@diffeo/ops';
import { type CouplingOptions, coupling } from './coupling.ts';

/** What `affineCoupling()` takes. */
export interface AffineCouplingOptions extends CouplingOptions {
  /** c: log-scales stay within ±c, so one layer stretches by at most eᶜ. From 0.01 to 20. Default 3. */
  readonly bound?: number;
}

/**
 * Affine coupling (Dinh et al. 2017, "Density estimation using Real NVP", eq. 7–8), for events of any shape. The log-scale
 * is c·tanh(a/c): symmetric around 0, so that a layer expands as easily as it shrinks, and bounded.
 */
export function affineCoupling({ bound, ...options }: AffineCouplingOptions = {}): Spec<'layer'> {
  return coupling({ ...options, transform: affine(bound === undefined ? {} : { bound }) });
}
