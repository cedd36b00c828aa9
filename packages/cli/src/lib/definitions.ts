import { coreDefinitions, type Definition } from '@diffeo/core';
import { preprocessingDefinitions } from '@diffeo/datasets';
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { glowDefinitions } from '@diffeo/layers-glow';

/** Everything that models of this command may be made of. */
export const definitions: readonly Definition[] = [
  ...coreDefinitions,
  ...preprocessingDefinitions,
  ...couplingDefinitions,
  ...glowDefinitions,
];
