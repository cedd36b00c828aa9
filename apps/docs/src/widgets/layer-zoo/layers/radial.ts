import { radial } from '@diffeo/layers-classic';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'radial()',
  package: '@diffeo/layers-classic',
  types: ['@diffeo/layers-classic/radial'],
  says: 'Pulls points around a centre together, or pushes them apart.',
  spec: radial(),
  strength: 1.5,
  order: 16,
};
