import type { Definition } from '@diffeo/core';
import { networkDefinitions } from '@diffeo/networks';
import { planar } from './planar.ts';
import { radial } from './radial.ts';
import { sylvester } from './sylvester.ts';

/** What models with classic layers are made of, for `load`: the layers, and the networks of our own. */
export const classicDefinitions: readonly Definition[] = [planar, radial, sylvester, ...networkDefinitions];
