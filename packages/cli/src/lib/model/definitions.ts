import { coreDefinitions, type Definition } from '@diffeo/core';
import { dequantizerDefinitions } from '@diffeo/datasets';
import { autoregressiveDefinitions } from '@diffeo/layers-autoregressive';
import { classicDefinitions } from '@diffeo/layers-classic';
import { continuousDefinitions } from '@diffeo/layers-continuous';
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';
import { glowDefinitions } from '@diffeo/layers-glow';
import { linearDefinitions } from '@diffeo/layers-linear';
import { tableDefinitions } from '@diffeo/tables';
import { activeConfig } from '../config/active-config.ts';

/** Everything that models of this command may be made of. */
export const definitions: readonly Definition[] = [
  ...coreDefinitions,
  ...dequantizerDefinitions,
  ...elementwiseDefinitions,
  ...couplingDefinitions,
  ...autoregressiveDefinitions,
  ...classicDefinitions,
  ...continuousDefinitions,
  ...glowDefinitions,
  ...linearDefinitions,
  ...tableDefinitions,
];

/** The same with what a configuration adds. */
export const knownDefinitions = (): readonly Definition[] => [...definitions, ...(activeConfig().plugins ?? []).flat()];
