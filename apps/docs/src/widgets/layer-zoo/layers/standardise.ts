import { standardise } from '@diffeo/layers-elementwise';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'standardise()',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/standardise'],
  says: 'Brings every number to mean 0 and deviation 1, by what it saw in the data. It does not learn. Here it started from two moons, which are wider than high.',
  spec: standardise(),
  order: 30,
};
