import type { Spec } from '@diffeo/core';
import { additive } from '@diffeo/ops';
import { type CouplingOptions, coupling } from './coupling.ts';

/**
 * Additive coupling (Dinh et al. 2015, "NICE", eq. 10), for events of any shape: it shifts and keeps volumes, so logDet is
 * 0.
 */
export const additiveCoupling = (options: CouplingOptions = {}): Spec<'layer'> =>
  coupling({ ...options, transform: additive() });
