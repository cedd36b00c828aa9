import type { Conformance } from '@diffeo/testing';

/** What the layers of this package claim, by type: read by this package's tests and by `diffeo check`. */
export const conformance = {
  '{{name}}/sinh-arcsinh': { configs: [{}, { bound: 2 }], capabilities: { jacobian: 'diagonal' } },
} as const satisfies Conformance;
