import type { Definition } from '@diffeo/core';
import { networkDefinitions } from '@diffeo/networks';
import { transformDefinitions } from '@diffeo/ops';
import { coupling } from './coupling.ts';

/** What models with couplings are made of, for `load`: the coupling itself, and the transforms and networks of our own. */
export const couplingDefinitions: readonly Definition[] = [coupling, ...transformDefinitions, ...networkDefinitions];
