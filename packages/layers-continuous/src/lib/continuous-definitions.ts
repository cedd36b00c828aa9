import type { Definition } from '@diffeo/core';
import { networkDefinitions } from '@diffeo/networks';
import { continuous } from './continuous.ts';

/** What models with continuous layers are made of, for `load`: the layer itself, and the networks of our own. */
export const continuousDefinitions: readonly Definition[] = [continuous, ...networkDefinitions];
