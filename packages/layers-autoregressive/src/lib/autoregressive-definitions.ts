import type { Definition } from '@diffeo/core';
import { networkDefinitions } from '@diffeo/networks';
import { transformDefinitions } from '@diffeo/ops';
import { autoregressive } from './autoregressive.ts';

/** What models with autoregressive layers are made of, for `load`: the layer itself, and the transforms and networks of our own. */
export const autoregressiveDefinitions: readonly Definition[] = [
  autoregressive,
  ...transformDefinitions,
  ...networkDefinitions,
];
