import type { Spec } from '@diffeo/core';
import { requireOptions } from '@diffeo/core/arguments';
import { additive } from '@diffeo/ops';
import { type CouplingOptions, coupling, couplingChecks } from './coupling.ts';

/**
 * Additive coupling (Dinh et al. 2015, "NICE", eq. 10), for events of any shape: it shifts and keeps volumes, so logDet is
 * 0.
 *
 * @throws DiffeoError `CONFIG` for options that there are not, or that cannot be meant.
 */
export function additiveCoupling(options: CouplingOptions = {}): Spec<'layer'> {
  requireOptions('additiveCoupling', options, couplingChecks);
  return coupling({ ...options, transform: additive() });
}
