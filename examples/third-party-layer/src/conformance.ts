import type { Conformance } from '@diffeo/testing';

/** What the layers of this package claim, by type: read by this package's tests and by `diffeo check`. */
export const conformance = {
  'planar-layer/sinh-arcsinh': { configs: [{}, { bound: 2 }], capabilities: { jacobian: 'diagonal' } },
  'planar-layer/planar': { capabilities: { usesContext: true } },
} as const satisfies Conformance;
