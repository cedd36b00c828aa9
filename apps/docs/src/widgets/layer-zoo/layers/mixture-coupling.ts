import { coupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import { mixtureOfLogistics } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'coupling({ transform: mixtureOfLogistics() })',
  package: '@diffeo/layers-coupling',
  types: ['@diffeo/layers-coupling/coupling', '@diffeo/ops/mixture-of-logistics'],
  says: 'One number stays, and a network of it gives a mixture of logistic distributions, along whose cumulative distribution the other is bent: steps where there is mass, flat between.',
  spec: coupling({ transform: mixtureOfLogistics(), conditioner: mlp({ hidden: [8], activation: 'tanh' }) }),
  seed: 2,
  order: 12,
};
