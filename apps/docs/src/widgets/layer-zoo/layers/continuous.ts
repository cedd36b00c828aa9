import { continuous } from '@diffeo/layers-continuous';
import { mlp } from '@diffeo/networks';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'continuous({ network: mlp() })',
  package: '@diffeo/layers-continuous',
  types: ['@diffeo/layers-continuous/continuous'],
  says: 'Points flow along a field that a network makes of place and time. All numbers move at once, and logDet is how much the field spreads along the way.',
  spec: continuous({ network: mlp({ hidden: [8], activation: 'tanh' }), solver: { steps: 16 } }),
  strength: 1,
  seed: 3,
  order: 15,
};
