import { gaussianise } from '@diffeo/layers-elementwise';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'gaussianise()',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/gaussianise'],
  says: 'Makes each number by itself a standard normal, by a smooth estimate of its own distribution. What is left is how the numbers depend on each other.',
  spec: gaussianise(),
  order: 32,
};
