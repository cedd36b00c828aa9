import { sylvester } from '@diffeo/layers-classic';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'sylvester()',
  package: '@diffeo/layers-classic',
  types: ['@diffeo/layers-classic/sylvester'],
  says: 'Bends along several directions at once, each of which moves the next.',
  spec: sylvester(),
  strength: 1,
  order: 17,
};
