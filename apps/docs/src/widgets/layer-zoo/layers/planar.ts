import { planar } from '@diffeo/layers-classic';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'planar()',
  package: '@diffeo/layers-classic',
  types: ['@diffeo/layers-classic/planar'],
  says: 'Bends along one direction: the plane is pushed apart or together across a straight ridge.',
  spec: planar(),
  strength: 1.5,
  order: 15,
};
